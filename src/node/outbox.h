#pragma once
// What waits for what. Handlers hand every effect in with the condition under which it may leave;
// the outbox owns the order: persist, then send what depended on it, then notify. It also decides
// when the store is synced: one sync in flight, all writes of the meantime share the next.
//
//   at once ───────────────────────────────────────────────▶ out
//   after written ── turn's batch ── Written(n) ───────────▶ out
//   after synced  ── turn's batch ── Written ── Synced(m≥n) ▶ out

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "core/time.h"
#include "node/effect.h"

namespace starling::node {

class Outbox {
 public:
  // Something to do inside the node when a condition holds, in order with the effects around it.
  using Step = std::move_only_function<void()>;

  void at_once(Effect effect) { out_.push_back(std::move(effect)); }
  // Before the changes of this turn reach the store.
  void before_batch(Effect effect) { first_.push_back(std::move(effect)); }
  // All changes made so far, this turn's included, are in the store.
  void after_written(std::variant<Effect, Step> what);
  // They also survive power loss. Starts a sync as soon as they are written.
  void after_synced(std::variant<Effect, Step> what);

  // Closes the turn: its changes become one batch.
  void end_turn(ports::Batch batch, core::Instant now);
  // What may leave now, in order.
  Effects take_effects() { return std::exchange(out_, {}); }

  void on_written(std::uint64_t batch, core::Instant now);
  void on_synced(std::uint64_t sync, core::Instant now);
  void on_time(core::Instant now);
  std::optional<core::Instant> next_deadline() const;

  // Bytes in the store that power loss would take. Writers pause above a bound.
  std::size_t unsynced_bytes() const { return unwritten_bytes_ + unsynced_bytes_; }
  bool is_congested(core::Instant now) const;
  // A batch is out that the store has not taken yet.
  bool is_stalled() const { return written_ < issued_; }

 private:
  struct Waiting {
    std::uint64_t batch;  // Leaves when this batch is written (synced).
    std::variant<Effect, Step> what;
  };
  struct Sent {
    std::uint64_t batch;
    std::size_t bytes;
  };

  void release(std::deque<Waiting>& queue, std::uint64_t reached);
  void sync_if_due(core::Instant now);

  Effects first_;
  Effects out_;
  // Of the open turn; they get its batch number when it closes.
  std::deque<Waiting> for_written_;
  std::deque<Waiting> for_synced_;
  std::deque<Sent> sent_;

  std::uint64_t issued_ = 0;   // Number of the newest batch handed out.
  std::uint64_t written_ = 0;  // All batches up to here are in the store.
  std::uint64_t synced_ = 0;   // All batches up to here survive power loss.
  std::uint64_t syncs_ = 0;
  std::uint64_t sync_covers_ = 0;  // The batch that the sync in flight covers.
  bool sync_in_flight_ = false;
  std::size_t unwritten_bytes_ = 0;
  std::size_t unsynced_bytes_ = 0;  // Written, not synced.
  std::size_t sync_in_flight_bytes_ = 0;
  std::optional<core::Instant> unsynced_since_;   // Oldest write that no sync has covered.
  std::optional<core::Instant> uncovered_since_;  // Oldest one made while a sync was in flight.
};

}
