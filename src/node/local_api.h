#pragma once
// What an application's connection asks of its own node, and what comes back. `api/` parses and
// formats; what a command does to records is a body that the node runs when all keys it names can
// be read without waiting. A body is atomic: nothing happens between its reads and its writes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/range.h"
#include "core/record.h"
#include "core/time.h"
#include "merkle/index.h"
#include "node/comparison.h"

namespace starling::node {

struct ClientId {
  std::uint64_t value = 0;
  friend auto operator<=>(const ClientId&, const ClientId&) = default;
};

// When the reply to a write may be sent.
enum class Ack : std::uint8_t {
  fast,     // In the WAL; a sync starts within 10 ms.
  durable,  // Synced.
};

// Why a call was not run. `api/` has the words for each.
enum class Refusal : std::uint8_t {
  loading,       // The index is being filled, or a first start waits for its seeds.
  clock_behind,  // Our wall clock is behind stamps issued before the restart.
  clock_off,     // Our clock is off the median of our peers.
  record_ahead,  // The stored record is stamped too far in the future to be overwritten.
  corrupt,       // The stored bytes fail their check; a peer's copy is on its way.
  overloaded,    // Too many calls wait.
  not_running,   // The node is stopping.
};

// What a body sees and may do. Keys are encoded; only keys that the call named may be used.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // The live record, or null when absent, deleted or expired.
  virtual const core::Record* get(core::BytesView key) = 0;
  // Stamps and writes. `expiry_ms` 0: never. An expiry that has passed is written as given: the
  // record reads as absent at once, here and everywhere.
  virtual void put(core::BytesView key, core::BytesView value, std::uint64_t expiry_ms) = 0;
  // Writes a tombstone and answers true; absent or expired here: writes nothing, answers false.
  virtual bool erase(core::BytesView key) = 0;
  // HLC milliseconds: what expiry is compared with.
  virtual std::uint64_t now_ms() const = 0;
};

// Runs `body` once, at once or when its keys have been read; the reply is what the body returns.
struct LocalCall {
  ClientId client;
  std::uint64_t ticket = 0;
  std::vector<core::Bytes> keys;
  bool is_write = false;
  Ack ack = Ack::fast;
  std::move_only_function<core::Bytes(Transaction&)> body;
};

// The live records of a range, in key order, at most `records_max` looked at.
struct LocalScan {
  ClientId client;
  std::uint64_t ticket = 0;
  core::Range range;
  std::size_t records_max = 10;
};

// Compares two nodes, read-only. Entries stream as CompareEntry replies; the last reply is a
// CompareSummary.
struct LocalCompare {
  ClientId client;
  std::uint64_t ticket = 0;
  std::string peer;  // Member name, id in hex, or address.
  core::Range range;
  std::string from = {};  // Whom to compare with `peer`, called likewise; empty: this node.
};

// The client is gone: nothing that it asked for matters any more.
struct LocalCancel {
  ClientId client;
};

// Acts on the node itself.
struct LocalAdmin {
  enum class Act { freeze, thaw, stop };
  ClientId client;
  std::uint64_t ticket = 0;
  Act act;
};

// ---- replies, besides those of a comparison ---------------------------------------------------
struct Answer {
  core::Bytes bytes;  // What the body returned.
};
struct Refused {
  Refusal why;
};
struct Scanned {
  std::vector<merkle::KeyHead> live;  // Neither deleted nor expired.
  core::Range rest;                   // Empty when the range is done.
};
struct Done {};

using LocalReply = std::variant<Answer, Refused, Scanned, CompareEntry, CompareSummary, Done>;

}
