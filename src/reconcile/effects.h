#pragma once
// What sessions ask of the node, and what they tell it. Tickets are drawn by Reconcile and come
// back with the answer; an answer to a session that is over is passed over in silence.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/notice.h"
#include "core/range.h"
#include "core/time.h"
#include "ports/store.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

struct Send {
  core::NodeId peer;
  Message message;
};

// Answered by on_listed, from a snapshot taken now or later.
struct List {
  std::uint64_t ticket;
  core::Range range;
  ports::ListOptions options;
};

// The newest stored records; answered by on_fetched, in the order of `keys`. None for a key that
// is absent or may not leave the node (corrupt, or stamped above the persisted lease).
struct Fetch {
  std::uint64_t ticket;
  std::vector<core::Bytes> keys{};
};

// Records from a peer, checked in nothing but that their keys are keys; answered by on_merged when
// those that won are in the store.
struct Merge {
  std::uint64_t ticket;
  core::NodeId peer;
  std::vector<ports::KeyedRecord> records;
};

// One differing key of a comparison, as soon as it is known. Keys come in no particular order.
struct Found {
  std::uint64_t compare;
  core::Bytes key{};
  std::optional<core::RecordHead> ours{};  // At the cut; none: absent.
  std::optional<core::RecordHead> theirs{};
  std::uint64_t our_bytes = 0;  // Lengths of the newest values.
  std::uint64_t their_bytes = 0;
};

enum class Outcome : std::uint8_t {
  equal,       // Nothing differed: not at the first look, or not any more when we came to it.
  repaired,    // Something did, and the roots are equal now.
  incomplete,  // All that was found has moved, yet the roots differ: writes went on meanwhile.
  compared,    // A comparison that found differing ranges; `Found` told the keys.
  refused,     // The peer said no for now; see `trouble`.
  failed,      // See `trouble`.
};

struct Figures {
  core::Cut cut{};                 // Of the last comparison.
  std::uint64_t round_trips = 0;   // On the longest chain of questions that needed answers.
  std::uint64_t descent_sent = 0;  // Estimated bytes (size.h): probes, divisions, lists, heads.
  std::uint64_t descent_received = 0;
  std::uint64_t exchange_sent = 0;  // Estimated bytes: requests for values, and values.
  std::uint64_t exchange_received = 0;
  std::uint64_t records_sent = 0;
  std::uint64_t records_received = 0;
  std::uint64_t records_taken = 0;  // Of both, those that won the merge.
  std::uint64_t ranges_compared = 0;
  std::uint64_t leaves_differ = 0;  // Ranges that were listed and held a difference.
  std::uint64_t keys_differ = 0;
  core::Duration took{};
};

// Exactly once for every session that was opened, comparisons that are cancelled aside.
struct Ended {
  core::NodeId peer{};
  Purpose purpose = Purpose::repair;
  std::uint64_t compare = 0;  // Of a comparison.
  Outcome outcome = Outcome::failed;
  std::string trouble{};  // For people; empty when there was none.
  Figures figures{};
};

using Effect = std::variant<Send, List, Fetch, Merge, Found, Ended, core::Notice>;
using Effects = std::vector<Effect>;

}
