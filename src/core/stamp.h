#pragma once
// Stamps order the writes of the cluster. Hybrid logical clocks: Kulkarni et al., "Logical Physical
// Clocks" (2014): 48 bits of milliseconds and 16 logical bits in one comparable number.

#include <compare>
#include <cstdint>

#include "core/ids.h"

namespace starling::core {

struct Hlc {
  std::uint64_t value = 0;

  static constexpr int logical_bits = 16;
  static constexpr std::uint64_t ms_max = (std::uint64_t{1} << 48) - 1;

  static constexpr Hlc from_ms(std::uint64_t ms) { return {ms << logical_bits}; }
  constexpr std::uint64_t ms() const { return value >> logical_bits; }
  constexpr std::uint16_t logical() const { return static_cast<std::uint16_t>(value); }

  friend constexpr auto operator<=>(const Hlc&, const Hlc&) = default;
};

// Unique per write: no node issues a reading twice, no two nodes share an id.
struct Stamp {
  Hlc hlc;
  NodeId origin;

  friend constexpr auto operator<=>(const Stamp&, const Stamp&) = default;
};

// A cut is a whole second of HLC time. A version is at or below cut k when its reading is below
// the end of second k, so every version belongs to exactly one window (k-1, k].
struct Cut {
  std::uint64_t second = 0;

  friend constexpr auto operator<=>(const Cut&, const Cut&) = default;
};

// The first cut whose set contains a version stamped `hlc`.
constexpr Cut cut_of(Hlc hlc) {
  return {hlc.value == 0 ? 0 : (hlc.value - 1) / Hlc::from_ms(1000).value + 1};
}
// The largest reading that the set of `cut` contains.
constexpr Hlc end_of(Cut cut) { return Hlc::from_ms(cut.second * 1000); }

}
