// Encoded keys: the order of users' keys is the order of ranges, scans and diffs.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/key.h"
#include "core/range.h"

namespace starling::core {
namespace {

using namespace std::string_view_literals;

// Keys over few bytes, those with a meaning of their own among them: prefixes and ties are common.
rc::Gen<Bytes> any_key() {
  return rc::gen::container<Bytes>(
      rc::gen::element('\0', '\x01', '\x02', 'a', 's', '\xFE', '\xFF'));
}

}

TEST_CASE("encoding keeps the order of keys and can be undone") {
  const auto order = [] {
    const auto a = *any_key();
    const auto b = *any_key();
    RC_ASSERT((a <=> b) == (encode_key(a) <=> encode_key(b)));
  };
  CHECK(rc::check("order is kept", order));

  const auto round_trip = [] {
    const auto key = *any_key();
    RC_ASSERT(decode_key(encode_key(key)).value() == key);
    RC_ASSERT(all_users().contains(encode_key(key)));
  };
  CHECK(rc::check("decode undoes encode", round_trip));
}

TEST_CASE("whatever decodes is the one encoding of its key") {
  const auto canonical = [] {
    const auto end = *rc::gen::arbitrary<bool>() ? "\0\1s"sv : ""sv;
    const auto bytes = Bytes{users_begin} + *any_key() + Bytes{end};
    const auto key = decode_key(bytes);
    if (key) RC_ASSERT(encode_key(*key) == bytes);
  };
  CHECK(rc::check("canonical", canonical));
}

TEST_CASE("the range of a prefix is exactly the keys that start with it") {
  const auto prefix_range = [] {
    const auto prefix = *any_key();
    const auto key = *rc::gen::oneOf(
        any_key(), rc::gen::map(any_key(), [prefix](const Bytes& rest) { return prefix + rest; }));
    RC_ASSERT(range_of_prefix(prefix).contains(encode_key(key)) == key.starts_with(prefix));
  };
  CHECK(rc::check("prefix", prefix_range));

  const auto begin = [] {
    const auto from = *any_key();
    const auto key = *any_key();
    RC_ASSERT((encode_key(key) >= begin_of_user_keys(from)) == (key >= from));
  };
  CHECK(rc::check("a range of user keys begins where it should", begin));
}

}
