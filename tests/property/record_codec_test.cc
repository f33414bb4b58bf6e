// The stored form of a record: nothing is lost, and nothing else is accepted.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "core/record.h"
#include "generators.h"

namespace starling::core {
namespace {

// Whatever decodes is what its bytes encode: no two byte strings mean one record.
void check_canonical(const Bytes& bytes) {
  const auto record = decode_record(bytes);
  const auto header = decode_record_header(bytes);
  RC_ASSERT(record.has_value() == header.has_value());
  if (!record) {
    const auto code = record.error().code;
    RC_ASSERT(code == Errc::malformed || code == Errc::format_unknown);
    return;
  }
  RC_ASSERT(encode_record(*record) == bytes);
  RC_ASSERT(header->head == record->head);
  RC_ASSERT(header->bytes + record->value.size() == bytes.size());
}

}

TEST_CASE("a record survives its encoding") {
  const auto round_trip = [](const Record& record) {
    RC_ASSERT(decode_record(encode_record(record)).value() == record);
  };
  CHECK(rc::check("decode undoes encode", round_trip));

  const auto wide = [](std::uint64_t hlc, std::uint64_t origin, std::uint64_t hash,
                       std::uint64_t expiry, const std::string& value) {
    const Record record{.head = {.stamp = {{hlc}, {origin}},
                                 .value_hash = hash,
                                 .tombstone = false,
                                 .expiry_ms = expiry},
                        .value = value};
    RC_ASSERT(decode_record(encode_record(record)).value() == record);
  };
  CHECK(rc::check("decode undoes encode over all numbers", wide));
}

TEST_CASE("bytes that are not a record are refused, and none are read twofold") {
  const auto noise = [](std::string bytes) {
    if (!bytes.empty() && *rc::gen::arbitrary<bool>()) bytes[0] = 1;
    check_canonical(bytes);
  };
  CHECK(rc::check("noise", noise));

  const auto damaged = [](const Record& record, unsigned char by) {
    auto bytes = encode_record(record);
    auto& byte = bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ by);
    check_canonical(bytes);
  };
  CHECK(rc::check("one damaged byte", damaged));

  const auto truncated = [](const Record& record) {
    const auto bytes = encode_record(record);
    check_canonical(bytes.substr(0, *rc::gen::inRange<std::size_t>(0, bytes.size() + 1)));
  };
  CHECK(rc::check("truncated", truncated));
}

}
