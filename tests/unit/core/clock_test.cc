#include "core/clock.h"

#include <doctest/doctest.h>

namespace starling::core {
namespace {

constexpr ClockOptions options{.ahead_ms_max = 500, .lease_ms = 250};
constexpr WallTime noon{1'700'000'000'000};

WallTime after_noon(std::int64_t ms) { return {noon.ms + ms}; }
Hlc reading_at(WallTime wall) { return Hlc::from_ms(static_cast<std::uint64_t>(wall.ms)); }

}

TEST_CASE("readings follow the wall and never repeat while it stands or steps back") {
  Clock clock{options, {}};
  const auto first = clock.issue(noon).value();
  CHECK(first == reading_at(noon));
  const auto second = clock.issue(noon).value();
  const auto third = clock.issue(after_noon(-60'000)).value();
  CHECK(first < second);
  CHECK(second < third);
  CHECK(clock.read(after_noon(-60'000)) == third);
  CHECK(clock.issue(after_noon(1)).value() == reading_at(after_noon(1)));
}

TEST_CASE("a reading is issued above its floor, unless that is too far ahead") {
  Clock clock{options, {}};
  const auto edge = reading_at(after_noon(500));
  CHECK(clock.issue(noon, edge).value() > edge);
  Clock other{options, {}};
  CHECK_FALSE(other.issue(noon, reading_at(after_noon(501))).has_value());
  CHECK(other.newest() == Hlc{});
}

TEST_CASE("a peer moves the clock by at most the receive bound") {
  Clock clock{options, {}};
  clock.read(noon);
  CHECK(clock.observe(noon, reading_at(after_noon(500))));
  CHECK(clock.newest() == reading_at(after_noon(500)));
  CHECK_FALSE(clock.observe(noon, reading_at(after_noon(501))));
  CHECK(clock.newest() == reading_at(after_noon(500)));
}

TEST_CASE("what is below the clock is never too far ahead, whatever the wall says") {
  Clock clock{options, reading_at(after_noon(5000))};
  CHECK_FALSE(clock.is_too_far_ahead(noon, reading_at(after_noon(4000))));
  CHECK(clock.is_too_far_ahead(noon, reading_at(after_noon(6000))));
}

TEST_CASE("the lease is renewed when half of it is used") {
  Clock clock{options, {}};
  CHECK(clock.lease_to_persist(noon) == reading_at(after_noon(250)));
  clock.on_lease_persisted(reading_at(after_noon(250)));
  CHECK_FALSE(clock.lease_to_persist(after_noon(124)).has_value());
  CHECK(clock.lease_to_persist(after_noon(125)) == reading_at(after_noon(375)));
  CHECK(clock.lease() == reading_at(after_noon(250)));
}

TEST_CASE("a restarted clock resumes above its lease") {
  const auto lease = reading_at(after_noon(250));
  Clock clock{options, lease};
  CHECK(clock.issue(noon).value() > lease);
}

TEST_CASE("a wall that is behind the lease by more than the bound refuses writes") {
  const Clock clock{options, reading_at(noon)};
  CHECK_FALSE(clock.must_refuse_writes(after_noon(-750)));
  CHECK(clock.must_refuse_writes(after_noon(-751)));
}

TEST_CASE("dates before 1970 and beyond 48 bits do not break the clock") {
  Clock clock{options, {}};
  CHECK(clock.read({-5}) == Hlc{});
  const auto last = clock.read({INT64_MAX});
  CHECK(last == Hlc::from_ms(Hlc::ms_max));
  CHECK(clock.lease_to_persist({INT64_MAX}) == last);
}

TEST_CASE("a clock at its very end refuses to issue instead of starting over") {
  Clock clock{options, Hlc{~std::uint64_t{0}}};
  CHECK_FALSE(clock.issue(noon).has_value());
}

}
