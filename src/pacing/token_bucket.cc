#include "pacing/token_bucket.h"

#include <algorithm>

#include "core/assert.h"

namespace starling::pacing {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint64_t amount_max = std::uint64_t{1} << 62;

}

TokenBucket::TokenBucket(BucketOptions options, core::Instant now)
    : options_{options}, level_{static_cast<std::int64_t>(options.burst)}, filled_at_{now} {
  STARLING_ASSERT(options.per_second > 0 && options.per_second < amount_max);
  STARLING_ASSERT(options.burst > 0 && options.burst < amount_max);
}

void TokenBucket::fill(core::Instant now) {
  if (now <= filled_at_) return;
  const auto elapsed = static_cast<std::uint64_t>((now - filled_at_).count());
  filled_at_ = now;
  const auto dripped = static_cast<unsigned __int128>(elapsed) * options_.per_second + billionths_;
  const auto whole = dripped / nanoseconds_per_second;
  const auto room = static_cast<unsigned __int128>(static_cast<__int128>(options_.burst) - level_);
  if (whole >= room) {  // A full bucket spills, fractions too.
    level_ = static_cast<std::int64_t>(options_.burst);
    billionths_ = 0;
    return;
  }
  level_ += static_cast<std::int64_t>(whole);
  billionths_ = static_cast<std::uint64_t>(dripped % nanoseconds_per_second);
}

std::int64_t TokenBucket::needed(std::uint64_t cost) const {
  STARLING_ASSERT(cost < amount_max);
  return static_cast<std::int64_t>(std::min(cost, options_.burst));
}

bool TokenBucket::take(std::uint64_t cost, core::Instant now) {
  fill(now);
  if (level_ < needed(cost)) return false;
  level_ -= static_cast<std::int64_t>(cost);
  return true;
}

core::Instant TokenBucket::when(std::uint64_t cost, core::Instant now) {
  fill(now);
  const auto missing = needed(cost) - level_;
  if (missing <= 0) return filled_at_;
  const auto billionths =
      static_cast<unsigned __int128>(missing) * nanoseconds_per_second - billionths_;
  const auto wait = (billionths + options_.per_second - 1) / options_.per_second;
  // At one token a second a large debt outlasts the clock; its end is far enough.
  const auto forever = static_cast<unsigned __int128>((core::Instant::max() - filled_at_).count());
  return filled_at_ + core::Duration{static_cast<std::int64_t>(std::min(wait, forever))};
}

}
