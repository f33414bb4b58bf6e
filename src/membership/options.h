#pragma once
// How quickly a group notices, and how careful it is before it says so.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace starling::membership {

struct MembershipOptions {
  // One member is probed in each; everything else follows from it. Shorter notices sooner and
  // costs more datagrams.
  core::Duration period = std::chrono::seconds{1};
  // A direct answer is awaited this long, then helpers are asked for the rest of the period. Above
  // the slowest round trip of the group, below `period`.
  core::Duration ack_patience = std::chrono::milliseconds{500};
  std::size_t helpers = 3;
  // A suspicion lasts at least this, whatever the size of the group: a process stopped for five
  // seconds is slow, not dead.
  core::Duration suspicion_floor = std::chrono::seconds{5};
};

// What hashicorp/memberlist found in years of use (its LAN defaults).
inline constexpr std::int64_t suspicion_multiplier = 4;
inline constexpr std::int64_t suspicion_stretch =
    6;  // Without witnesses it lasts this many times longer.
inline constexpr std::size_t witnesses_wanted = 2;  // With these the shortest time suffices.
inline constexpr std::size_t transmission_multiplier = 4;
inline constexpr std::int64_t health_multiplier_max = 8;

}
