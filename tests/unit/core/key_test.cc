#include "core/key.h"

#include <doctest/doctest.h>

#include "core/limits.h"

namespace starling::core {
namespace {

Bytes bytes(BytesView text) { return Bytes{text}; }

}

using namespace std::string_view_literals;

TEST_CASE("a key is its space, its escaped bytes, a terminator and its kind") {
  CHECK(encode_key("ab") == bytes("uab\0\1s"sv));
  CHECK(encode_key("") == bytes("u\0\1s"sv));
  CHECK(encode_key("a\0b"sv) == bytes("ua\0\xFF"
                                      "b\0\1s"sv));
}

TEST_CASE("a key that is a prefix of another comes first, zero bytes or not") {
  CHECK(encode_key("a") < encode_key("a\0"sv));
  CHECK(encode_key("a\0"sv) < encode_key("a\0\0"sv));
  CHECK(encode_key("a\0"sv) < encode_key("a\1"sv));
  CHECK(encode_key("a\xFF"sv) < encode_key("b"));
}

TEST_CASE("bytes that no key encodes to are refused") {
  for (const auto bad : {""sv, "u"sv, "uab"sv, "sab\0\1s"sv, "uab\0"sv, "uab\0\1"sv, "uab\0\1x"sv,
                         "uab\0\1s!"sv, "ua\0\2b\0\1s"sv, "uab\0\xFF"sv}) {
    CAPTURE(bad);
    const auto decoded = decode_key(bad);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().code == Errc::malformed);
    CHECK_FALSE(is_encoded_key(bad));
  }
}

TEST_CASE("a user key of 4 KiB is accepted and one byte more is not") {
  const auto longest = encode_key(Bytes(limits::key_bytes_max, '\0'));
  CHECK(longest.size() == limits::encoded_key_bytes_max);
  CHECK(is_encoded_key(longest));
  const auto decoded = decode_key(encode_key(Bytes(limits::key_bytes_max + 1, 'x')));
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == Errc::over_limit);
}

TEST_CASE("a range of user keys begins at the smallest encoded key in it") {
  CHECK(begin_of_user_keys("ab") <= encode_key("ab"));
  CHECK(begin_of_user_keys("ab") > encode_key("aa\xFF"));
  CHECK(begin_of_user_keys("") == users_begin);
}

}
