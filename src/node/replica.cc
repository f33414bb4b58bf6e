#include "node/replica.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::node {

Replica::Replica(const NodeOptions& options_, const Persisted& persisted,
                 const ports::StoreView& store)
    : options{options_},
      clock{{options.clock_ahead_ms_max, core::limits::clock_lease_ms}, persisted.clock_lease},
      index{merkle::DigestKey{options.cluster_secret}, options.settling_bytes_max},
      records{store, index},
      parking_{records} {}

void Replica::set_now(core::Now now) {
  now_ = now;
  clock.read(now.wall);
}

Effects Replica::end_turn() {
  if (!written_here_.empty()) {
    renew_lease();
    // A rumour is of something that is in the store.
    outbox.after_written([this, written = std::exchange(written_here_, {})] {
      for (const auto& [key, record] : written) rumours.add(key, record);
    });
  }
  auto batch = records.take_batch(batches_ + 1);
  if (!batch.is_empty()) ++batches_;
  outbox.end_turn(std::move(batch), now_.instant);
  return outbox.take_effects();
}

// A bound above all stamps of the turn, in the same batch as the writes that need it.
void Replica::renew_lease() {
  const auto bound = clock.lease_to_persist(now_.wall);
  if (!bound) return;
  records.write_meta(ports::Meta::clock_lease, encode_meta_number(bound->value));
  outbox.after_synced([this, bound] { clock.on_lease_persisted(*bound); });
}

void Replica::on_written(std::uint64_t batch) {
  records.on_written(batch);
  outbox.on_written(batch, now_.instant);
}

void Replica::on_time() {
  outbox.on_time(now_.instant);
  const auto wall_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_.wall.ms, 0));
  auto due = held_ahead.take_up_to(core::Hlc::from_ms(wall_ms + options.clock_ahead_ms_max));
  if (!due.empty()) merge(std::move(due), [](std::uint64_t) {});
}

std::optional<core::Instant> Replica::next_deadline() const {
  auto deadline = outbox.next_deadline();
  if (const auto oldest = held_ahead.oldest()) {
    const auto wall_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_.wall.ms, 0));
    const auto due_ms = oldest->ms() - std::min(oldest->ms(), options.clock_ahead_ms_max);
    const auto wait = std::chrono::milliseconds{due_ms > wall_ms ? due_ms - wall_ms : 0};
    // Looked at again at least once a minute: the wall clock may step.
    const auto at = now_.instant + std::min<core::Duration>(wait, std::chrono::minutes{1});
    deadline = deadline ? std::min(*deadline, at) : at;
  }
  return deadline;
}

void Replica::list(const core::Range& range, ports::ListOptions list_options, OnListed done) {
  const auto ticket = ++tickets_;
  listings_.emplace(ticket, std::move(done));
  outbox.at_once(ListRange{ticket, range, list_options});
}

void Replica::list_before_batch(const core::Range& range, ports::ListOptions list_options,
                                OnListed done) {
  const auto ticket = ++tickets_;
  listings_.emplace(ticket, std::move(done));
  outbox.before_batch(ListRange{ticket, range, list_options});
}

void Replica::on_listed(std::uint64_t ticket, ports::Listing listing) {
  auto job = listings_.extract(ticket);
  STARLING_ASSERT(!job.empty());
  for (const auto& key : listing.corrupt) {
    when_readable({key}, key.size(), [this, key] {
      const auto& stored = records.pinned(key);
      if (stored.presence == ports::Presence::corrupt) note_corrupt(key, stored.record.head);
    });
  }
  // What counts as missing must not be listed as there, or no peer would send its copy.
  std::erase_if(listing.records,
                [this](const ports::Listed& listed) { return records.is_missing(listed.key); });
  job.mapped()(std::move(listing));
}

void Replica::when_readable(std::vector<core::Bytes> keys, std::size_t bytes,
                            Parking::Operation done) {
  auto to_fetch = parking_.admit(std::move(keys), bytes, std::move(done));
  if (to_fetch.empty()) return;
  counters.misses += to_fetch.size();
  outbox.at_once(FetchRecords{++tickets_, std::move(to_fetch)});
}

void Replica::on_fetched(Fetched fetched) {
  for (auto& [key, result] : fetched.results) parking_.on_fetched(key, std::move(result));
}

std::optional<Refusal> Replica::refusal() const {
  if (is_stopping) return Refusal::not_running;
  if (!is_loaded || !has_roster) return Refusal::loading;
  if (clock.must_refuse_writes(now_.wall)) return Refusal::clock_behind;
  if (is_clock_off) return Refusal::clock_off;
  return std::nullopt;
}

bool Replica::must_pause() const {
  return index.is_full() || outbox.is_stalled() || outbox.is_congested(now_.instant);
}

bool Replica::can_be_overwritten(const core::RecordHead& stored) const {
  return !clock.is_too_far_ahead(now_.wall, stored.stamp.hlc);
}

void Replica::write(const core::Bytes& key, core::Record record) {
  const auto& stored = records.pinned(key);
  core::Hlc floor;
  if (stored.presence == ports::Presence::found) floor = stored.record.head.stamp.hlc;
  const auto hlc = clock.issue(now_.wall, floor);
  STARLING_ASSERT(hlc.has_value());
  record.head.stamp = {*hlc, options.id};
  ++counters.local_writes;
  written_here_.push_back({key, record});
  records.write_local(key, std::move(record));
}

void Replica::merge(std::vector<ports::KeyedRecord> incoming, OnMerged done) {
  std::erase_if(incoming, [this](ports::KeyedRecord& record) {
    const auto& [head, value, is_dropped] = record.record;
    if (!head.tombstone && !is_dropped && merkle::value_hash(value) != head.value_hash) {
      ++counters.corrupt_received;
      return true;
    }
    if (clock.observe(now_.wall, record.record.head.stamp.hlc)) return false;
    ++counters.held_ahead;
    held_ahead.add(std::move(record));
    return true;
  });
  std::vector<core::Bytes> keys;
  std::size_t bytes = 0;
  for (const auto& [key, record] : incoming) {
    keys.push_back(key);
    bytes += key.size() + record.value.size();
  }
  when_readable(std::move(keys), bytes,
                [this, incoming = std::move(incoming), done = std::move(done)]() mutable {
                  const auto taken = merge_readable(std::move(incoming));
                  outbox.after_written([done = std::move(done), taken]() mutable { done(taken); });
                });
}

std::uint64_t Replica::merge_readable(std::vector<ports::KeyedRecord> incoming) {
  std::uint64_t taken = 0;
  for (auto& [key, record] : incoming) {
    if (const auto& stored = records.pinned(key); stored.presence == ports::Presence::corrupt) {
      note_corrupt(key, stored.record.head);
    }
    const auto outcome = records.merge_in(key, std::move(record));
    if (outcome == MergeOutcome::taken) ++taken;
    if (outcome == MergeOutcome::conflict) {
      ++counters.same_stamp_conflicts;
      notice(core::Severity::alarm, "conflict", "two different records under one stamp");
    }
  }
  return taken;
}

bool Replica::may_leave(const core::Record& record) const {
  return record.head.stamp.origin != options.id || record.head.stamp.hlc < clock.lease();
}

void Replica::note_corrupt(const core::Bytes& key, const core::RecordHead& head) {
  if (!records.on_corrupt(key, head)) return;
  ++counters.corrupt_records;
  const auto user_key = core::decode_key(key);
  notice(core::Severity::alarm, "corrupt",
         "the stored bytes of key " + (user_key ? *user_key : key) +
             " fail their check; it counts as missing until a peer sends it");
}

void Replica::notice(core::Severity severity, std::string topic, std::string text) {
  outbox.after_written(core::Notice{severity, std::move(topic), std::move(text)});
}

}
