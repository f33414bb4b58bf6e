#include "node/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::node {

// The open turn's batch will be number issued_ + 1. Should the turn end without changes, that
// number never comes and what waits hangs on the newest batch instead: see end_turn.
void Outbox::after_written(std::variant<Effect, Step> what) {
  for_written_.push_back({issued_ + 1, std::move(what)});
}

void Outbox::after_synced(std::variant<Effect, Step> what) {
  for_synced_.push_back({issued_ + 1, std::move(what)});
}

void Outbox::end_turn(ports::Batch batch, core::Instant now) {
  if (batch.is_empty()) {
    for (auto* queue : {&for_written_, &for_synced_}) {
      for (auto& waiting : *queue) waiting.batch = std::min(waiting.batch, issued_);
    }
  } else {
    ++issued_;
    sent_.push_back({issued_, batch.bytes});
    unwritten_bytes_ += batch.bytes;
    // Nothing that was decided in this turn may overtake its batch.
    first_.push_back(WriteBatch{issued_, std::move(batch)});
  }
  out_.insert(out_.begin(), std::make_move_iterator(first_.begin()),
              std::make_move_iterator(first_.end()));
  first_.clear();
  release(for_written_, written_);
  release(for_synced_, synced_);
  sync_if_due(now);
}

void Outbox::on_written(std::uint64_t batch, core::Instant now) {
  STARLING_ASSERT(batch == written_ + 1 && batch <= issued_);
  written_ = batch;
  STARLING_ASSERT(sent_.front().batch == batch);
  unwritten_bytes_ -= sent_.front().bytes;
  unsynced_bytes_ += sent_.front().bytes;
  sent_.pop_front();
  auto& since = sync_in_flight_ ? uncovered_since_ : unsynced_since_;
  if (!since) since = now;
  release(for_written_, written_);
  sync_if_due(now);
}

void Outbox::on_synced(std::uint64_t sync, core::Instant now) {
  STARLING_ASSERT(sync_in_flight_ && sync == syncs_);
  sync_in_flight_ = false;
  synced_ = sync_covers_;
  unsynced_bytes_ -= sync_in_flight_bytes_;
  sync_in_flight_bytes_ = 0;
  unsynced_since_ = std::exchange(uncovered_since_, std::nullopt);
  release(for_synced_, synced_);
  sync_if_due(now);
}

void Outbox::on_time(core::Instant now) { sync_if_due(now); }

std::optional<core::Instant> Outbox::next_deadline() const {
  if (sync_in_flight_ || !unsynced_since_) return std::nullopt;
  return *unsynced_since_ + core::limits::sync_delay_max;
}

bool Outbox::is_congested(core::Instant now) const {
  return unsynced_bytes() > core::limits::unsynced_bytes_max ||
         (unsynced_since_ && now - *unsynced_since_ > core::limits::unsynced_age_max);
}

void Outbox::release(std::deque<Waiting>& queue, std::uint64_t reached) {
  while (!queue.empty() && queue.front().batch <= reached) {
    auto what = std::move(queue.front().what);
    queue.pop_front();
    if (auto* effect = std::get_if<Effect>(&what)) {
      out_.push_back(std::move(*effect));
    } else {
      std::get<Step>(what)();  // May hand in more.
    }
  }
}

// Somebody waits for the disk, or what is unsynced has reached its age.
void Outbox::sync_if_due(core::Instant now) {
  if (sync_in_flight_ || synced_ == written_) return;
  const bool somebody_waits = !for_synced_.empty() && for_synced_.front().batch <= written_;
  const bool is_old = unsynced_since_ && now >= *unsynced_since_ + core::limits::sync_delay_max;
  if (!somebody_waits && !is_old) return;
  sync_in_flight_ = true;
  sync_covers_ = written_;
  sync_in_flight_bytes_ = unsynced_bytes_;
  out_.push_back(SyncStore{++syncs_});
}

}
