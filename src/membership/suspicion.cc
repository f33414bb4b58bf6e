#include "membership/suspicion.h"

#include <algorithm>
#include <bit>

#include "core/assert.h"

namespace starling::membership {

std::int64_t log2_fixed(std::uint64_t n) {
  STARLING_ASSERT(n > 0);
  const int whole = std::bit_width(n) - 1;
  // The mantissa in [1, 2) with 31 fractional bits; squaring it yields one bit of the logarithm.
  auto mantissa = whole > 31 ? n >> (whole - 31) : n << (31 - whole);
  std::int64_t result = whole;
  for (int bit = 0; bit < 16; ++bit) {
    mantissa = mantissa * mantissa >> 31;
    const bool is_two_or_more = mantissa >> 32 != 0;
    if (is_two_or_more) mantissa >>= 1;
    result = result * 2 + (is_two_or_more ? 1 : 0);
  }
  return result;
}

std::size_t log10_ceiling(std::uint64_t n) {
  std::size_t exponent = 0;
  for (std::uint64_t power = 1; power < n && exponent < 19; power *= 10) ++exponent;
  return exponent;
}

SuspicionOptions suspicion_for(std::size_t members, const MembershipOptions& options) {
  const auto log_members = log2_fixed(std::max<std::uint64_t>(members, 10));
  const auto scaled = options.period * suspicion_multiplier * log_members / log2_fixed(10);
  const auto shortest = std::max(options.suspicion_floor, core::Duration{scaled});
  // In a tiny group nobody is left to confirm: waiting for it would only be slow.
  if (members < witnesses_wanted + 2) return {shortest, shortest, 0};
  return {shortest, shortest * suspicion_stretch, witnesses_wanted};
}

Suspicion::Suspicion(core::NodeId accuser, SuspicionOptions options, core::Instant now)
    : options_{options}, since_{now}, witnesses_{accuser} {}

bool Suspicion::confirm(core::NodeId witness) {
  if (witnesses_.size() > options_.wanted || std::ranges::contains(witnesses_, witness)) {
    return false;
  }
  witnesses_.push_back(witness);
  return true;
}

core::Instant Suspicion::deadline() const {
  if (options_.wanted == 0) return since_ + options_.shortest;
  const auto range = options_.longest - options_.shortest;
  return since_ + options_.longest -
         range * log2_fixed(witnesses_.size()) / log2_fixed(options_.wanted + 1);
}

}
