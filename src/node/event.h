#pragma once
// All that can happen to a node. With effect.h, the two files to read first: a driver (the daemon's
// and the simulator's are the same forty lines) feeds events in and performs effects.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/range.h"
#include "node/local_api.h"
#include "node/messages.h"
#include "ports/store.h"

namespace starling::node {

// A deadline that next_deadline() named has passed, or time has gone by: harmless when too early.
struct TimePassed {};

struct DatagramReceived {
  membership::Address from;
  Datagram datagram;
};

// A link to `peer` is up: identity and cluster are checked. At most one per peer.
struct LinkUp {
  core::NodeId peer;
  membership::Address address;  // Where the peer says it can be reached.
  std::string name;
};
struct LinkDown {
  core::NodeId peer;
  std::string reason;
};
struct FrameReceived {
  core::NodeId peer;
  Frame frame;
};
// The link's queue has fallen below half of its bounds.
struct LinkDrained {
  core::NodeId peer;
};

// Answers of the store, by the ticket or number of the effect that asked.
struct Written {
  std::uint64_t batch;
};
struct Synced {
  std::uint64_t sync;
};
struct Fetched {
  std::uint64_t ticket;
  std::vector<std::pair<core::Bytes, ports::ReadResult>> results;
};
struct RangeListed {
  std::uint64_t ticket;
  ports::Listing listing;
};

using Event = std::variant<TimePassed, DatagramReceived, LinkUp, LinkDown, FrameReceived,
                           LinkDrained, Written, Synced, Fetched, RangeListed, LocalCall, LocalScan,
                           LocalCompare, LocalCancel, LocalAdmin>;

}
