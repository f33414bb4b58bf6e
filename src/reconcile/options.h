#pragma once
// What a node chooses about its sessions. Everything that bounds what a peer can do to us is in
// core/limits.h instead.

#include <cstddef>
#include <cstdint>

#include "core/ids.h"

namespace starling::reconcile {

// A repair of more records is a bulk one: while it lasts the node neither opens nor admits another,
// because what one peer delivers would be asked of the next one too.
inline constexpr std::size_t bulk_records = 1024;

struct ReconcileOptions {
  core::NodeId self;
  // Records of the sessions that this node opened, both directions together; 0: unbounded. It
  // protects the node's clients: a repair is never urgent, because it loses nothing by waiting.
  std::uint64_t repair_bytes_per_second = 0;
};

}
