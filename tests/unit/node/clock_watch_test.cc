#include "node/clock_watch.h"

#include <doctest/doctest.h>

namespace starling::node {
namespace {

using namespace std::chrono_literals;

const core::Instant noon{12h};

void hear(ClockWatch& watch, std::uint64_t peer, std::int64_t offset_ms, core::Instant now) {
  const auto ours = core::Hlc::from_ms(1'000'000'000);
  const auto theirs = core::Hlc::from_ms(static_cast<std::uint64_t>(1'000'000'000 + offset_ms));
  watch.on_heard({peer}, theirs, ours, now);
}

TEST_CASE("two peers are no median, three are") {
  ClockWatch watch{500};
  hear(watch, 1, 10'000, noon);
  hear(watch, 2, 10'000, noon);
  CHECK_FALSE(watch.is_off(noon));
  hear(watch, 3, 10'000, noon);
  CHECK(watch.is_off(noon));
}

TEST_CASE("one peer that is wrong accuses nobody") {
  ClockWatch watch{500};
  hear(watch, 1, 0, noon);
  hear(watch, 2, 3, noon);
  hear(watch, 3, -3'600'000, noon);
  CHECK_FALSE(watch.is_off(noon));
  CHECK(watch.median_ms(noon) == 0);
}

TEST_CASE("the bound is exclusive, and being on again takes half of it") {
  ClockWatch watch{500};
  for (const std::uint64_t peer : {1, 2, 3}) hear(watch, peer, -500, noon);
  CHECK_FALSE(watch.is_off(noon));
  for (const std::uint64_t peer : {1, 2, 3}) hear(watch, peer, -501, noon);
  CHECK(watch.is_off(noon));
  for (const std::uint64_t peer : {1, 2, 3}) hear(watch, peer, -300, noon);
  CHECK(watch.is_off(noon));
  for (const std::uint64_t peer : {1, 2, 3}) hear(watch, peer, -250, noon);
  CHECK_FALSE(watch.is_off(noon));
}

TEST_CASE("what was heard long ago does not count") {
  ClockWatch watch{500};
  for (const std::uint64_t peer : {1, 2, 3}) hear(watch, peer, 9'000, noon);
  CHECK(watch.is_off(noon + 10s));
  CHECK_FALSE(watch.is_off(noon + 11s));
  CHECK(watch.offset_ms({1}) == 9'000);
  CHECK_FALSE(watch.offset_ms({4}).has_value());
}

}
}
