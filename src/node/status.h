#pragma once
// What a node says about itself: read-only copies for INFO, HTTP, metrics and `starling status`.
// Every number is counted where it happens; nothing here is computed twice.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/stamp.h"
#include "core/time.h"
#include "membership/messages.h"
#include "merkle/summary.h"

namespace starling::node {

// Monotone since start.
struct Counters {
  std::uint64_t local_writes = 0;
  std::uint64_t rumours_sent = 0;     // Records, one per peer.
  std::uint64_t rumours_taken = 0;    // Won the merge.
  std::uint64_t rumours_known = 0;    // Lost it, or were known.
  std::uint64_t rumours_refused = 0;  // Frozen, loading, or no room.
  std::uint64_t rumours_missed = 0;   // Gaps in a peer's sequence.
  std::uint64_t exchanged_in = 0;     // Records taken in sessions.
  std::uint64_t exchanged_out = 0;    // Records sent in sessions.
  std::uint64_t beats_sent = 0;
  std::uint64_t beats_heard = 0;
  std::uint64_t beats_foreign = 0;  // Another roster, horizon or digest version.
  std::uint64_t sessions_equal = 0;
  std::uint64_t sessions_repaired = 0;
  std::uint64_t sessions_failed = 0;
  std::uint64_t compares = 0;
  std::uint64_t descent_bytes = 0;  // Both directions, sessions that we opened.
  std::uint64_t exchange_bytes_in = 0;
  std::uint64_t exchange_bytes_out = 0;
  std::uint64_t held_ahead = 0;  // Records that ever had to wait for their time.
  std::uint64_t same_stamp_conflicts = 0;
  std::uint64_t corrupt_records = 0;
  std::uint64_t corrupt_received = 0;  // Records of peers whose value hash disagrees: dropped.
  std::uint64_t misses = 0;            // Reads that had to go to the disk.
  std::uint64_t refused_calls = 0;
  std::uint64_t protocol_errors = 0;  // Frames that made no sense here.
};

struct MemberStatus {
  core::NodeId id;
  std::string name;
  membership::Address address;
  membership::MemberState state = membership::MemberState::alive;
  bool is_self = false;
  bool is_linked = false;
  bool is_frozen = false;
  std::optional<core::Duration> heard_ago{};
  std::optional<core::Cut> equal_at{};      // The newest cut at which our roots were equal.
  bool differs = false;                     // Its newest comparable root was another one.
  std::optional<std::int64_t> offset_ms{};  // Its clock less ours.
};

struct Status {
  core::NodeId id;
  std::string name;
  core::Duration uptime{};
  bool is_ready = false;             // The index is filled and writes are taken.
  std::uint64_t records_loaded = 0;  // While filling.
  bool is_frozen = false;
  std::string refuses_writes;  // Empty, or why.
  core::Hlc hlc;
  core::Cut cut;                        // Newest applied.
  std::optional<merkle::Summary> root;  // At that cut; none while none may be told.
  std::uint64_t live_records = 0;       // Not deleted; expired ones count until they are noticed.
  std::uint64_t tombstones = 0;
  std::uint64_t leaves = 0;
  std::uint64_t tree_bytes = 0;
  std::uint64_t settling_bytes = 0;
  std::uint64_t settling_versions = 0;
  std::uint64_t held_ahead_records = 0;
  std::uint64_t parked_calls = 0;
  std::uint64_t sessions_open = 0;
  std::uint64_t unsynced_bytes = 0;
  std::uint64_t roster_hash = 0;
  std::size_t roster_members = 0;
  core::Hlc horizon;
  std::vector<MemberStatus> members;  // Self first, then by name.
  Counters counters;
};

}
