#pragma once
// What a comparison of two nodes tells whoever asked for it. `a` walked, `b` answered: "ours" and
// "theirs" are as the walking node sees them.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/record.h"
#include "core/stamp.h"
#include "core/time.h"

namespace starling::node {

// One key that differs. Keys come in no particular order.
struct CompareEntry {
  core::Bytes key;                       // Encoded.
  std::optional<core::RecordHead> ours;  // At the cut; none: absent.
  std::optional<core::RecordHead> theirs;
  std::uint64_t our_bytes = 0;  // Length of the values.
  std::uint64_t their_bytes = 0;
  friend bool operator==(const CompareEntry&, const CompareEntry&) = default;
};

struct CompareSummary {
  std::string trouble;    // Not empty: the comparison failed, and why. Then the rest is partial.
  std::string from_name;  // Of the node that walked.
  std::string peer_name;
  core::NodeId peer;
  core::Cut cut;
  std::uint64_t leaves = 0;  // Of the walking node's tree.
  std::uint64_t ranges_compared = 0;
  std::uint64_t leaves_differ = 0;
  std::uint64_t keys_differ = 0;
  std::uint64_t in_flight = 0;   // Versions newer than the cut on the walking node.
  std::uint64_t bytes_sent = 0;  // Of descent and heads, without framing.
  std::uint64_t bytes_received = 0;
  std::uint64_t round_trips = 0;
  core::Duration took{};
  friend bool operator==(const CompareSummary&, const CompareSummary&) = default;
};

// Entries as they are found; last of all, and once, the summary.
using CompareStep = std::variant<CompareEntry, CompareSummary>;

}
