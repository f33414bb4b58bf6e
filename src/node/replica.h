#pragma once
// What the parts of a node share: the clock, the records and their index, the outbox, and the one
// way in for a write of our own and for a record from a peer. Owns no protocol.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/time.h"
#include "gossip/rumours.h"
#include "merkle/index.h"
#include "node/effect.h"
#include "node/held_ahead.h"
#include "node/options.h"
#include "node/outbox.h"
#include "node/parking.h"
#include "node/record_table.h"
#include "node/status.h"

namespace starling::node {

class Replica {
 public:
  Replica(const NodeOptions& options, const Persisted& persisted, const ports::StoreView& store);

  // ---- the turn ---------------------------------------------------------------------------------
  void set_now(core::Now now);
  core::Now present() const { return now_; }
  core::Hlc hlc() { return clock.read(now_.wall); }
  // Closes the turn: one batch, then what may leave.
  Effects end_turn();
  void on_written(std::uint64_t batch);
  void on_time();
  std::optional<core::Instant> next_deadline() const;

  // ---- asking the store
  // --------------------------------------------------------------------------
  using OnListed = std::move_only_function<void(ports::Listing)>;
  void list(const core::Range& range, ports::ListOptions options, OnListed done);
  // From a snapshot of exactly what the index holds: before the batch of this turn is written.
  void list_before_batch(const core::Range& range, ports::ListOptions options, OnListed done);
  void on_listed(std::uint64_t ticket, ports::Listing listing);
  // Runs `done` when every key can be read from `records`.
  void when_readable(std::vector<core::Bytes> keys, std::size_t bytes, Parking::Operation done);
  void on_fetched(Fetched fetched);

  // ---- changing records
  // ---------------------------------------------------------------------------- Why no write of
  // our own can be taken now.
  std::optional<Refusal> refusal() const;
  // The write must wait for the disk or for a cut: a pause, not an error.
  bool must_pause() const;
  // Stamps, writes, and hands the record to the rumours. The key is pinned; the stored stamp is
  // within reach (`can_be_overwritten`).
  void write(const core::Bytes& key, core::Record record);
  bool can_be_overwritten(const core::RecordHead& stored) const;

  // Records from a peer, stamps and hashes as they came. `done` runs with the number that won
  // when all are in the store; those stamped too far ahead are held and do not count.
  using OnMerged = std::move_only_function<void(std::uint64_t taken)>;
  void merge(std::vector<ports::KeyedRecord> records, OnMerged done);

  // A record that was read and may be shown to a peer: its bytes pass their check, and no stamp of
  // ours leaves above the persisted lease.
  bool may_leave(const core::Record& record) const;
  void note_corrupt(const core::Bytes& key, const core::RecordHead& head);

  void notice(core::Severity severity, std::string topic, std::string text);

  const NodeOptions options;
  core::Clock clock;
  merkle::Index index;
  RecordTable records;
  Outbox outbox;
  gossip::RumourMill rumours;
  HeldAhead held_ahead;
  Counters counters;
  bool is_loaded = false;  // The index holds all that the store holds.
  bool has_roster = false;
  bool is_clock_off = false;  // Off the median of our peers.
  bool is_stopping = false;
  std::size_t parked_operations() const { return parking_.operations(); }
  bool is_parking_full() const { return parking_.is_full(); }

 private:
  std::uint64_t merge_readable(std::vector<ports::KeyedRecord> records);
  void renew_lease();

  Parking parking_;
  core::Now now_;
  std::map<std::uint64_t, OnListed> listings_;
  std::uint64_t tickets_ = 0;
  std::uint64_t batches_ = 0;
  std::vector<ports::KeyedRecord> written_here_;  // By this node, in the open turn.
};

}
