#include "node/held_ahead.h"

#include <doctest/doctest.h>

#include "core/limits.h"

namespace starling::node {
namespace {

ports::KeyedRecord stamped(std::uint64_t ms, core::Bytes value = "v") {
  core::Record record{{}, std::move(value)};
  record.head.stamp = {core::Hlc::from_ms(ms), {7}};
  return {"key", std::move(record)};
}

TEST_CASE("held records come out oldest first, when their time has come and not before") {
  HeldAhead held;
  held.add(stamped(30));
  held.add(stamped(10));
  held.add(stamped(20));
  REQUIRE(held.oldest() == core::Hlc::from_ms(10));
  CHECK(held.take_up_to(core::Hlc::from_ms(9)).empty());
  const auto due = held.take_up_to(core::Hlc::from_ms(20));
  REQUIRE(due.size() == 2);
  CHECK(due[0].record.head.stamp.hlc == core::Hlc::from_ms(10));
  CHECK(held.records() == 1);
}

TEST_CASE("a record heard twice is held once") {
  HeldAhead held;
  held.add(stamped(10));
  held.add(stamped(10));
  CHECK(held.records() == 1);
}

TEST_CASE("a flood is bounded in records and in bytes, and keeps the oldest") {
  HeldAhead held;
  for (std::uint64_t ms = core::limits::held_ahead_records_max + 10; ms > 0; --ms) {
    held.add(stamped(ms));
  }
  CHECK(held.records() == core::limits::held_ahead_records_max);
  CHECK(held.oldest() == core::Hlc::from_ms(1));

  HeldAhead large;
  for (std::uint64_t ms = 1; ms <= 10; ++ms) large.add(stamped(ms, core::Bytes(1 << 20, 'x')));
  CHECK(large.records() == 3);
}

}
}
