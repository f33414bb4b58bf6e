#pragma once
// What leaves a node: one datagram, and one frame of a link. schema/node.capnp is the
// specification. Cluster id, protocol version and sender of a frame are checked by wire/ and
// transport/ before anything below sees it.

#include <cstdint>
#include <optional>
#include <variant>

#include "core/stamp.h"
#include "gossip/messages.h"
#include "membership/messages.h"
#include "reconcile/messages.h"

namespace starling::node {

// One datagram: who speaks, when, and what about.
struct Datagram {
  core::NodeId sender;
  std::uint64_t incarnation = 0;  // Of the sender.
  core::Hlc hlc;
  membership::Part membership;
  std::optional<gossip::Beat> beat;
  friend bool operator==(const Datagram&, const Datagram&) = default;
};

// One frame of a link.
using StreamBody = std::variant<membership::JoinRequest, membership::JoinReply, gossip::Rumours,
                                reconcile::Message>;
struct Frame {
  core::Hlc hlc;  // The sender's, in every frame.
  StreamBody body;
  friend bool operator==(const Frame&, const Frame&) = default;
};

}
