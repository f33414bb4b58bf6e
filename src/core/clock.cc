#include "core/clock.h"

#include <algorithm>

#include "core/assert.h"

namespace starling::core {
namespace {

// A date before 1970 or after 10889 is a broken clock; the reading stays inside its 48 bits.
Hlc hlc_of(WallTime wall) {
  const auto ms = std::clamp<std::int64_t>(wall.ms, 0, static_cast<std::int64_t>(Hlc::ms_max));
  return Hlc::from_ms(static_cast<std::uint64_t>(ms));
}

Hlc plus_ms(Hlc hlc, std::uint64_t ms) {
  return Hlc::from_ms(std::min(hlc.ms() + ms, Hlc::ms_max));
}

}

Clock::Clock(ClockOptions options, Hlc lease)
    : options_{options}, lease_{lease}, asked_{lease}, last_{lease} {
  STARLING_ASSERT(options.lease_ms > 1);
}

Hlc Clock::read(WallTime wall) {
  last_ = std::max(last_, hlc_of(wall));
  return last_;
}

std::optional<Hlc> Clock::issue(WallTime wall, Hlc floor) {
  if (is_too_far_ahead(wall, floor)) return std::nullopt;
  const auto above = std::max(last_, floor);
  if (above.value == ~std::uint64_t{0}) return std::nullopt;  // Refuses, never wraps.
  last_ = std::max(hlc_of(wall), Hlc{above.value + 1});
  return last_;
}

bool Clock::observe(WallTime wall, Hlc heard) {
  if (is_too_far_ahead(wall, heard)) return false;
  last_ = std::max(last_, heard);
  return true;
}

bool Clock::is_too_far_ahead(WallTime wall, Hlc heard) const {
  return heard.ms() > hlc_of(wall).ms() + options_.ahead_ms_max && heard > last_;
}

std::optional<Hlc> Clock::lease_to_persist(WallTime wall) {
  const auto used = std::max(last_, hlc_of(wall));
  if (plus_ms(used, options_.lease_ms / 2) < asked_) return std::nullopt;
  asked_ = plus_ms(used, options_.lease_ms);
  return asked_;
}

bool Clock::must_refuse_writes(WallTime wall) const {
  return last_.ms() > hlc_of(wall).ms() + options_.ahead_ms_max + options_.lease_ms;
}

}
