#pragma once
// The records as the node sees them inside a turn: the store, overlaid with changes that are not
// in it yet. Collects the changes of a turn into its batch; the index moves when a batch is
// written. Every change of a record goes through merge_in or write_local here.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/record.h"
#include "merkle/index.h"
#include "ports/store.h"

namespace starling::node {

enum class MergeOutcome { taken, known, lost, conflict };

class RecordTable {
 public:
  RecordTable(const ports::StoreView& store, merkle::Index& index) : store_{store}, index_{index} {}

  // From memory; may answer not_in_memory unless the key is pinned.
  ports::ReadResult read(core::BytesView key) const;

  // A pinned key belongs to an operation that runs or waits: its value stays at hand, changes
  // included, until it is unpinned. So neither an eviction between two looks nor one between fetch
  // and use can take it away.
  void pin(core::BytesView key, ports::ReadResult value);
  void unpin(core::BytesView key);
  bool is_pinned(core::BytesView key) const { return pinned_.contains(key); }
  // Of a pinned key; valid until it is unpinned, but changes with it.
  const ports::ReadResult& pinned(core::BytesView key) const;

  // The key is pinned. `conflict`: another record under the same stamp; the larger stays.
  MergeOutcome merge_in(const core::Bytes& key, core::Record record);
  // The key is pinned, the record stamped above what is stored.
  void write_local(const core::Bytes& key, core::Record record);
  void write_meta(ports::Meta meta, core::Bytes value);
  // The stored bytes are unreadable: the key leaves the index, so that a peer's copy is taken.
  // `head` as far as it could be read. True the first time.
  bool on_corrupt(const core::Bytes& key, const core::RecordHead& head);
  // Unreadable and not replaced yet.
  bool is_missing(core::BytesView key) const { return missing_.contains(key); }

  // The turn's changes; their index moves wait for on_written(batch) with the batch's number.
  ports::Batch take_batch(std::uint64_t batch);
  void on_written(std::uint64_t batch);

  // While the index is being filled from the store.
  void count_loaded(const core::RecordHead& head);
  std::uint64_t live_records() const { return live_; }
  std::uint64_t tombstones() const { return tombstones_; }

 private:
  struct IndexMove {
    std::uint64_t batch;
    core::Bytes key;
    std::optional<core::RecordHead> before;
    core::RecordHead after;
    bool is_loser;
  };
  struct Pending {
    std::uint64_t batch;
    core::Record record;
  };

  void change(const core::Bytes& key, const std::optional<core::RecordHead>& before,
              core::Record after);
  void move_index(const IndexMove& move);
  void count(const core::RecordHead& head, bool added);

  const ports::StoreView& store_;
  merkle::Index& index_;
  std::uint64_t open_batch_ = 1;  // The number that the open turn's batch will get.
  std::uint64_t written_ = 0;
  ports::Batch batch_;
  std::map<core::Bytes, Pending, std::less<>> overlay_;
  std::map<core::Bytes, ports::ReadResult, std::less<>> pinned_;
  std::deque<IndexMove> moves_;
  std::set<core::Bytes, std::less<>> missing_;  // Corrupt in the store, out of the index.
  std::uint64_t live_ = 0;
  std::uint64_t tombstones_ = 0;
};

}
