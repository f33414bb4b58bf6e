#pragma once
// Beats and rumours. schema/gossip.capnp is the specification.

#include <cstdint>
#include <vector>

#include "core/stamp.h"
#include "merkle/summary.h"
#include "ports/store.h"

namespace starling::gossip {

// The small periodic message that carries a node's settled root. Roots compare only when cut,
// horizon, roster and digest version are the same.
struct Beat {
  core::Cut cut;
  merkle::Summary root;
  core::Hlc horizon;
  std::uint64_t roster_hash = 0;
  core::Hlc acknowledgement;  // Zero until acknowledgements exist.
  std::uint16_t digest_version = 0;
  bool frozen = false;  // The sender takes part in no repair.
  friend bool operator==(const Beat&, const Beat&) = default;
};

// Fresh records, pushed at once over a link. Sequences start at 1 with every link and count
// records: a gap means that rumours were dropped, and the tree will heal them.
struct Rumours {
  std::uint64_t first_sequence = 1;
  std::vector<ports::KeyedRecord> records;
  friend bool operator==(const Rumours&, const Rumours&) = default;
};

}
