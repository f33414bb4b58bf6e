#pragma once
// What a replica needs of its disk. Three groups, by who may call them:
//   the loop      read (memory only), write (never waits), snapshot: none of them blocks;
//   a worker      fetch, list, sync, write_patiently: they may wait for the disk;
//   at start      read_meta.
// Two implementations, one contract suite: tests/contract/store_contract_test.cc.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/range.h"
#include "core/record.h"
#include "core/result.h"

namespace starling::ports {

enum class Presence {
  found,
  absent,
  not_in_memory,  // Ask again through fetch, on a worker.
  corrupt,        // Stored bytes do not decode or their value hash disagrees: counts as missing.
};

struct ReadResult {
  Presence presence = Presence::absent;
  core::Record record;  // When found. When corrupt, the head alone, as far as it decodes.
};

struct KeyedRecord {
  core::Bytes key;
  core::Record record;

  friend bool operator==(const KeyedRecord&, const KeyedRecord&) = default;
};

// One key's change. `before` is the head it replaces, from which the store knows which entry of
// the purge index to take out.
struct RecordChange {
  core::Bytes key;
  std::optional<core::RecordHead> before;
  core::Record after;
};

// Facts about the node itself, persisted beside the records.
enum class Meta : std::uint8_t {
  origin,        // 8 bytes: the node id.
  incarnation,   // 8 bytes: of the membership, raised at every start.
  clock_lease,   // 8 bytes: the bound above every issued HLC reading.
  roster,        // membership/roster.h
  horizon,       // 8 bytes.
  completeness,  // 8 bytes.
  frozen,        // 1 byte: 0 or 1.
};

// All changes of one loop turn: applied whole or not at all.
struct Batch {
  std::vector<RecordChange> records;
  std::vector<std::pair<Meta, core::Bytes>> meta;
  std::size_t bytes = 0;  // Of keys and values, for accounting.

  bool is_empty() const { return records.empty() && meta.empty(); }
};

enum class WriteOutcome {
  written,
  refused,  // The store would have had to wait; nothing was written. Retry on a worker.
};

enum class Want { heads, values };

struct ListOptions {
  Want want = Want::heads;
  std::size_t records_max;  // At least one record is listed whatever the limits say.
  std::size_t bytes_max;
};

struct Listed {
  core::Bytes key;
  core::Record record;          // Without its value when only heads were wanted.
  std::size_t value_bytes = 0;  // Length of the value, wanted or not.
};

struct Listing {
  std::vector<Listed> records;       // In key order.
  std::vector<core::Bytes> corrupt;  // Keys whose stored bytes do not decode or fail their check.
  core::Range covered;               // What was looked at; ends early when a limit was met.
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // Blocks. The records of `range` as of the snapshot.
  virtual core::Result<Listing> list(const core::Range& range, ListOptions options) const = 0;
};

// The part that pure code may see.
class StoreView {
 public:
  virtual ~StoreView() = default;

  // Never blocks.
  virtual ReadResult read(core::BytesView key) const = 0;
};

class Store : public StoreView {
 public:
  // Never blocks. An error is final: the process ends.
  virtual core::Result<WriteOutcome> write(const Batch& batch) = 0;
  // Blocks until the store takes the batch.
  virtual core::Result<void> write_patiently(const Batch& batch) = 0;
  // Blocks until all that was written before the call survives power loss. An error is final.
  virtual core::Result<void> sync() = 0;

  // Blocks. Never answers not_in_memory.
  virtual core::Result<ReadResult> fetch(core::BytesView key) const = 0;
  // Cheap; outlived by the store.
  virtual std::unique_ptr<Snapshot> snapshot() const = 0;

  // Blocks. None when it was never written.
  virtual core::Result<std::optional<core::Bytes>> read_meta(Meta key) const = 0;
};

}
