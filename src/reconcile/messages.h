#pragma once
// What two nodes say to each other in a session. The initiator asks, the answerer keeps no state
// between answers: every request carries all that its answer needs. schema/reconcile.capnp is the
// specification; these are its structs as the protocol sees them.
//
//   Probe ─▶ ◀─ ProbeReply          equal, or the answerer's upper fingerprints
//   Descend ─▶ ◀─ DescendReply      alternating lists, each one level deeper than the one it
//   answers Pull ─▶ ◀─ PullReply            records (or heads) that the initiator lacks Push ─▶ ◀─
//   PushReply            records that the answerer lacks Probe ─▶ ◀─ ProbeReply          the roots
//   once more

#include <compare>
#include <cstdint>
#include <variant>
#include <vector>

#include "core/range.h"
#include "core/record.h"
#include "core/stamp.h"
#include "merkle/summary.h"
#include "ports/store.h"

namespace starling::reconcile {

// Drawn by the initiator at random; names the session in every message of it.
struct SessionId {
  std::uint64_t value = 0;
  friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

enum class Purpose : std::uint8_t {
  repair,   // Both become equal.
  compare,  // Read-only, for `diff`; a frozen node serves it too.
};

// The frame of the comparison: roots mean something only when all of this is the same.
struct Basis {
  core::Cut cut{};
  std::uint64_t salt = 0;  // Of every fingerprint in the session.
  friend auto operator<=>(const Basis&, const Basis&) = default;
};

struct Probe {
  SessionId session{};
  Purpose purpose = Purpose::repair;
  Basis basis{};
  merkle::Summary root{};
  core::Hlc horizon{};
  std::uint64_t roster_hash = 0;
  std::uint16_t digest_version = 0;
  friend bool operator==(const Probe&, const Probe&) = default;
};

enum class Verdict : std::uint8_t {
  equal,
  differ,
  not_yet,   // The cut is not applied here yet: ask again in a moment.
  gone,      // The cut is no longer kept: take a newer one.
  busy,      // Too many sessions here.
  crossed,   // Our own session with you is open already, and our id is the smaller.
  frozen,    // No repair here.
  starting,  // No root can be told yet.
  foreign,   // Another digest version, roster or horizon.
};

// A range and its pieces: cut at all boundaries of the sender at `level` or above inside it.
// fingerprints.size() == boundaries.size() + 1; boundaries in key order, as low 32 bits of the
// key hash. In a ProbeReply the upper 32 bits of each fingerprint are not carried.
struct Division {
  core::Range range{};
  std::uint8_t level = 0;
  std::vector<std::uint32_t> boundaries{};
  std::vector<merkle::Fingerprint> fingerprints{};
  friend bool operator==(const Division&, const Division&) = default;
};

struct ProbeReply {
  SessionId session{};
  Verdict verdict = Verdict::equal;
  core::Cut newest_cut{};
  std::uint64_t count = 0;  // Records of the answerer at the cut.
  std::uint64_t leaves = 0;
  std::vector<Division> train{};  // One division of everything, or empty: list the whole range.
  friend bool operator==(const ProbeReply&, const ProbeReply&) = default;
};

// One record of a listed leaf, 16 bytes: which key, who is newer, and whether versions of one
// clock reading are the same.
struct Item {
  std::uint32_t key = 0;  // Low 32 bits of the key hash.
  core::Hlc hlc{};
  std::uint32_t rest = 0;  // merkle::rest_hash of the head.
  friend auto operator<=>(const Item&, const Item&) = default;
};

// All items of `range`, in key order. The range may end before the one that was asked for: the
// initiator asks again for the remainder.
struct ItemList {
  core::Range range{};
  std::vector<Item> items{};
  friend bool operator==(const ItemList&, const ItemList&) = default;
};

struct Descend {
  SessionId session{};
  Basis basis{};
  std::uint32_t request = 0;
  std::vector<Division> divisions{};   // Compare these with yours.
  std::vector<core::Range> to_list{};  // List your items of these.
  friend bool operator==(const Descend&, const Descend&) = default;
};

struct DescendReply {
  SessionId session{};
  std::uint32_t request = 0;
  bool gone = false;  // The cut is no longer kept; nothing else is set.
  std::vector<Division>
      divisions{};                // Differing pieces, one level deeper; equal ones are left out.
  std::vector<ItemList> lists{};  // Differing pieces that are leaves here, and what was asked for.
  friend bool operator==(const DescendReply&, const DescendReply&) = default;
};

// Records wanted: those of `range` whose key hash ends in one of `keys` (in key order).
struct Wanted {
  core::Range range{};
  std::vector<std::uint32_t> keys{};
  friend bool operator==(const Wanted&, const Wanted&) = default;
};

struct Pull {
  SessionId session{};
  Basis basis{};
  std::uint32_t request = 0;
  ports::Want want = ports::Want::values;  // Heads are those at the cut, values the newest.
  std::vector<Wanted> wanted{};
  friend bool operator==(const Pull&, const Pull&) = default;
};

struct PullReply {
  SessionId session{};
  std::uint32_t request = 0;
  bool gone = false;
  bool is_complete = true;  // False: a limit was met; ask again for what has not come.
  std::vector<ports::KeyedRecord> records{};
  std::vector<std::uint64_t> value_bytes{};  // Per record: length of the value, carried or not.
  friend bool operator==(const PullReply&, const PullReply&) = default;
};

struct Push {
  SessionId session{};
  std::uint32_t request = 0;
  std::vector<ports::KeyedRecord> records{};
  friend bool operator==(const Push&, const Push&) = default;
};

// Sent when the records are in the answerer's store.
struct PushReply {
  SessionId session{};
  std::uint32_t request = 0;
  std::uint64_t taken = 0;  // Records that won the merge.
  friend bool operator==(const PushReply&, const PushReply&) = default;
};

// Either side gives up; the other forgets the session at once.
struct Abort {
  SessionId session{};
  friend bool operator==(const Abort&, const Abort&) = default;
};

using Message =
    std::variant<Probe, ProbeReply, Descend, DescendReply, Pull, PullReply, Push, PushReply, Abort>;

}
