#include "pacing/backoff.h"

#include <algorithm>
#include <cstdint>

#include "core/assert.h"

namespace starling::pacing {

Backoff::Backoff(BackoffOptions options, core::Prng prng)
    : options_{options}, prng_{prng}, ceiling_{options.least} {
  STARLING_ASSERT(options.least > core::Duration::zero());
  STARLING_ASSERT(options.least <= options.most);
}

core::Duration Backoff::next() {
  // Doubled by subtraction, which cannot overflow.
  ceiling_ = ceiling_ > options_.most - ceiling_ ? options_.most : ceiling_ * 2;
  const auto span = static_cast<std::uint64_t>((ceiling_ - options_.least).count());
  return options_.least + core::Duration{static_cast<std::int64_t>(prng_.below(span + 1))};
}

}
