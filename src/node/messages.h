#pragma once
// What leaves a node: one datagram, and one frame of a link. schema/node.capnp is the
// specification. Cluster id, protocol version and sender of a frame are checked by wire/ and
// transport/ before anything below sees it.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/range.h"
#include "core/stamp.h"
#include "gossip/messages.h"
#include "membership/messages.h"
#include "node/comparison.h"
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

// "Compare yourself with `peer` and tell me what differs": an application of the sender asked for a
// comparison that another node is to walk. Answered by CompareReply, again and again.
struct CompareRequest {
  std::uint64_t number = 0;  // Counted up by the sender; names the comparison on this link.
  core::NodeId peer;         // Perhaps the sender itself.
  core::Range range;
  friend bool operator==(const CompareRequest&, const CompareRequest&) = default;
};

// The sender has lost interest. No answer.
struct CompareCancel {
  std::uint64_t number = 0;
  friend bool operator==(const CompareCancel&, const CompareCancel&) = default;
};

// What was found since the last one; nothing: a sign of life. The summary ends the comparison.
struct CompareReply {
  std::uint64_t number = 0;
  std::vector<CompareEntry> entries{};  // About limits::listing_bytes_max.
  std::optional<CompareSummary> summary{};
  friend bool operator==(const CompareReply&, const CompareReply&) = default;
};

// One frame of a link.
using StreamBody = std::variant<membership::JoinRequest, membership::JoinReply, gossip::Rumours,
                                reconcile::Message, CompareRequest, CompareCancel, CompareReply>;
struct Frame {
  core::Hlc hlc;  // The sender's, in every frame.
  StreamBody body;
  friend bool operator==(const Frame&, const Frame&) = default;
};

}
