#pragma once
// What a node chooses about its sessions. Everything that bounds what a peer can do to us is in
// core/limits.h instead.

#include <cstdint>

#include "core/ids.h"

namespace starling::reconcile {

struct ReconcileOptions {
  core::NodeId self;
  // Records of the sessions that this node opened, both directions together; 0: unbounded. It
  // protects the node's clients: a repair is never urgent, because it loses nothing by waiting.
  std::uint64_t repair_bytes_per_second = 0;
};

}
