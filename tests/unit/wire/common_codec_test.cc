#include <doctest/doctest.h>

#include "core/limits.h"
#include "golden/messages.h"
#include "wire/codec.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;

std::optional<Errc> refusal_of(ports::KeyedRecord record) {
  const node::Frame frame{{1}, gossip::Rumours{1, {std::move(record)}}};
  const auto decoded = decode_frame(encode_frame(frame, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

std::optional<Errc> refusal_of(core::Range range) {
  const node::Frame frame{
      {1}, reconcile::Descend{.session = {}, .basis = {}, .divisions = {}, .to_list = {range}}};
  const auto decoded = decode_frame(encode_frame(frame, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

template <typename Change>
ports::KeyedRecord record_with(Change change) {
  auto record = golden::records().front();
  change(record);
  return record;
}

}

TEST_CASE("a key must be an encoded one of the users' space") {
  for (const auto* key : {"", "u", "ukey", "skey", "key"}) {
    CAPTURE(key);
    CHECK(refusal_of(record_with([&](auto& record) { record.key = key; })) == Errc::malformed);
  }
}

TEST_CASE("a key of zeros, which escaping doubles, may be as long as any") {
  const auto key_of = [](std::size_t length) {
    return record_with(
        [&](auto& record) { record.key = core::encode_key(core::Bytes(length, '\0')); });
  };
  CHECK_FALSE(refusal_of(key_of(limits::key_bytes_max)));
  CHECK(refusal_of(key_of(limits::key_bytes_max + 1)) == Errc::over_limit);
}

TEST_CASE("a plain key is no longer than its limit either") {
  const auto long_key = core::encode_key(core::Bytes(limits::key_bytes_max + 1, 'k'));
  CHECK(refusal_of(record_with([&](auto& record) { record.key = long_key; })).has_value());
}

TEST_CASE("a record that its own codec would not make is malformed") {
  CHECK(refusal_of(record_with([](auto& record) { record.record.head.tombstone = true; })) ==
        Errc::malformed);  // It has a value.
  CHECK(refusal_of(record_with([](auto& record) { record.record.value_dropped = true; })) ==
        Errc::malformed);
  CHECK(refusal_of(record_with([](auto& record) { record.record.head.stamp.origin = {}; })) ==
        Errc::malformed);
}

TEST_CASE("an expiry is within the time that a clock can tell") {
  const auto expiring_at = [](std::uint64_t ms) {
    return record_with([&](auto& record) { record.record.head.expiry_ms = ms; });
  };
  CHECK_FALSE(refusal_of(expiring_at(limits::expiry_ms_max)));
  CHECK(refusal_of(expiring_at(limits::expiry_ms_max + 1)) == Errc::malformed);
}

TEST_CASE("a range is not empty and lies within the users' space") {
  CHECK_FALSE(refusal_of(core::all_users()));
  CHECK(refusal_of(core::Range{"ub", "ub"}) == Errc::malformed);
  CHECK(refusal_of(core::Range{"uc", "ub"}) == Errc::malformed);
  CHECK(refusal_of(core::Range{"t", "ub"}) == Errc::malformed);
  CHECK(refusal_of(core::Range{"ub", "v0"}) == Errc::malformed);
  CHECK(refusal_of(core::Range{"ub", ""}) == Errc::malformed);
}

TEST_CASE("a range may end after the longest key, and no later") {
  const auto longest = core::encode_key(core::Bytes(limits::key_bytes_max, '\0'));
  CHECK_FALSE(refusal_of(core::Range{longest, longest + '\0'}));
  CHECK(refusal_of(core::Range{longest, longest + std::string(2, '\0')}) == Errc::over_limit);
}

}
