#include "node/record_table.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace starling::node {

ports::ReadResult RecordTable::read(core::BytesView key) const {
  if (const auto changed = overlay_.find(key); changed != overlay_.end()) {
    return {ports::Presence::found, changed->second.record};
  }
  if (const auto pinned = pinned_.find(key); pinned != pinned_.end()) return pinned->second;
  return store_.read(key);
}

void RecordTable::pin(core::BytesView key, ports::ReadResult value) {
  STARLING_ASSERT(value.presence != ports::Presence::not_in_memory);
  pinned_.insert_or_assign(core::Bytes{key}, std::move(value));
}

const ports::ReadResult& RecordTable::pinned(core::BytesView key) const {
  const auto found = pinned_.find(key);
  STARLING_ASSERT(found != pinned_.end());
  return found->second;
}

void RecordTable::unpin(core::BytesView key) {
  if (const auto pinned = pinned_.find(key); pinned != pinned_.end()) pinned_.erase(pinned);
}

MergeOutcome RecordTable::merge_in(const core::Bytes& key, core::Record record) {
  const auto& stored = pinned(key);
  if (stored.presence == ports::Presence::corrupt) on_corrupt(key, stored.record.head);
  if (stored.presence != ports::Presence::found) {
    change(key, std::nullopt, std::move(record));
    return MergeOutcome::taken;
  }
  const auto& holder = stored.record;
  const auto held = holder.head;  // The holder itself changes with the key.
  if (record.head == holder.head) {
    // Only a holder that let its value go gains anything.
    if (!core::wins_over(record, holder)) return MergeOutcome::known;
    change(key, held, std::move(record));
    return MergeOutcome::taken;
  }
  const bool is_conflict = record.head.stamp == holder.head.stamp;
  if (core::wins_over(record, holder)) {
    change(key, held, std::move(record));
    return is_conflict ? MergeOutcome::conflict : MergeOutcome::taken;
  }
  // It may still be the newest version at a cut that has yet to come.
  moves_.push_back({open_batch_, key, held, record.head, true});
  return is_conflict ? MergeOutcome::conflict : MergeOutcome::lost;
}

void RecordTable::write_local(const core::Bytes& key, core::Record record) {
  const auto& stored = pinned(key);
  std::optional<core::RecordHead> before;
  if (stored.presence == ports::Presence::found) before = stored.record.head;
  STARLING_ASSERT(!before || before->stamp.hlc < record.head.stamp.hlc);
  change(key, before, std::move(record));
}

void RecordTable::write_meta(ports::Meta meta, core::Bytes value) {
  batch_.bytes += value.size() + 1;
  batch_.meta.emplace_back(meta, std::move(value));
}

bool RecordTable::on_corrupt(const core::Bytes& key, const core::RecordHead& head) {
  if (!missing_.insert(key).second) return false;
  // A head that could not be read was never loaded into the index.
  if (head.stamp.origin) {
    index_.on_removed(key, head);
    count(head, false);
  }
  return true;
}

void RecordTable::change(const core::Bytes& key, const std::optional<core::RecordHead>& before,
                         core::Record after) {
  moves_.push_back({open_batch_, key, before, after.head, false});
  missing_.erase(key);
  batch_.bytes += key.size() + after.value.size() + core::record_header_bytes_max;
  if (const auto pinned = pinned_.find(key); pinned != pinned_.end()) {
    pinned->second = {ports::Presence::found, after};
  }
  overlay_.insert_or_assign(key, Pending{open_batch_, after});
  batch_.records.push_back({key, before, std::move(after)});
}

ports::Batch RecordTable::take_batch(std::uint64_t batch) {
  auto taken = std::exchange(batch_, {});
  if (taken.is_empty()) {
    // Losers of a turn without changes hang on the newest batch.
    for (auto& move : moves_) move.batch = std::min(move.batch, open_batch_ - 1);
    on_written(written_);
    return taken;
  }
  STARLING_ASSERT(batch == open_batch_);
  ++open_batch_;
  return taken;
}

void RecordTable::on_written(std::uint64_t batch) {
  written_ = batch;
  while (!moves_.empty() && moves_.front().batch <= batch) {
    const auto& move = moves_.front();
    move_index(move);
    if (!move.is_loser) {
      const auto changed = overlay_.find(move.key);
      if (changed != overlay_.end() && changed->second.batch <= batch) overlay_.erase(changed);
    }
    moves_.pop_front();
  }
}

void RecordTable::move_index(const IndexMove& move) {
  if (move.is_loser) {
    index_.on_loser(move.key, *move.before, move.after);
    return;
  }
  index_.on_change(move.key, move.before, move.after);
  if (move.before) count(*move.before, false);
  count(move.after, true);
}

void RecordTable::count_loaded(const core::RecordHead& head) { count(head, true); }

void RecordTable::count(const core::RecordHead& head, bool added) {
  auto& counter = head.tombstone ? tombstones_ : live_;
  if (added) {
    ++counter;
  } else {
    --counter;
  }
}

}
