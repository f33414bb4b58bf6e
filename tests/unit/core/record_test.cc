#include "core/record.h"

#include <doctest/doctest.h>

namespace starling::core {
namespace {

Record value_at(std::uint64_t hlc, Bytes value) {
  return {.head = {.stamp = {{hlc}, {1}}, .value_hash = 5}, .value = std::move(value)};
}

Record tombstone_at(std::uint64_t hlc) {
  return {.head = {.stamp = {{hlc}, {1}}, .tombstone = true}, .value = {}};
}

Errc error_of(BytesView bytes) {
  const auto decoded = decode_record(bytes);
  REQUIRE_FALSE(decoded.has_value());
  return decoded.error().code;
}

}

TEST_CASE("the later stamp wins, a tombstone's too") {
  CHECK(merge(value_at(1, "old"), value_at(2, "new")).value == "new");
  CHECK(merge(tombstone_at(2), value_at(1, "old")).head.tombstone);
  CHECK(merge(tombstone_at(1), value_at(2, "new")).value == "new");
}

TEST_CASE("of equal records the one that still has its value wins") {
  const auto whole = value_at(1, "value");
  auto stub = whole;
  stub.value.clear();
  stub.value_dropped = true;
  CHECK(wins_over(whole, stub));
  CHECK_FALSE(wins_over(stub, whole));
  CHECK(merge(stub, whole) == whole);
}

TEST_CASE("a record expires at its instant and not before") {
  const RecordHead head{.stamp = {{1}, {1}}, .expiry_ms = 1000};
  CHECK(head.is_live(999));
  CHECK(head.is_expired(1000));
  CHECK_FALSE(RecordHead{}.is_expired(~std::uint64_t{0}));
}

TEST_CASE("a head decodes without its value") {
  const auto record = value_at(9, Bytes(1000, 'x'));
  CHECK(decode_record_header(encode_record(record)).value().head == record.head);
}

TEST_CASE("the header has at most the bytes that are promised") {
  auto record = value_at(~std::uint64_t{0}, {});
  record.head.expiry_ms = 1;
  CHECK(encode_record(record).size() == record_header_bytes_max);
}

TEST_CASE("bytes that no record encodes to are refused") {
  const auto good = encode_record(value_at(1, "value"));
  CHECK(error_of("") == Errc::malformed);
  CHECK(error_of(good.substr(0, 25)) == Errc::malformed);

  auto other_version = good;
  other_version[0] = 2;
  CHECK(error_of(other_version) == Errc::format_unknown);

  auto unknown_flag = good;
  unknown_flag[1] = 8;
  CHECK(error_of(unknown_flag) == Errc::malformed);

  CHECK(error_of(encode_record(tombstone_at(1)) + "value") == Errc::malformed);

  auto hashed_tombstone = tombstone_at(1);
  hashed_tombstone.head.value_hash = 1;
  CHECK(error_of(encode_record(hashed_tombstone)) == Errc::malformed);

  auto without_expiry = good.substr(0, 26);
  without_expiry[1] = 2;
  CHECK(error_of(without_expiry) == Errc::malformed);
  CHECK(error_of(without_expiry + Bytes(8, '\0')) == Errc::malformed);
}

}
