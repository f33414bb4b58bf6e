#pragma once
// Under what this node's roots may be compared at the moment. A repair belongs to one roster and
// one horizon; a comparison does without the roster.

#include <compare>
#include <cstdint>

#include "core/stamp.h"

namespace starling::reconcile {

struct Standing {
  bool is_ready = false;   // A root may be told: the index is filled, all stamps are below its cut.
  bool is_frozen = false;  // No repair, neither opened nor answered.
  core::Hlc horizon{};
  std::uint64_t roster_hash = 0;
  friend auto operator<=>(const Standing&, const Standing&) = default;
};

}
