#include "store/memory_store.h"

#include <utility>

#include "core/assert.h"
#include "core/key.h"
#include "store/key_layout.h"
#include "store/listing.h"
#include "store/stored_record.h"

namespace starling::store {
namespace {

ports::ReadResult find_record(const VersionedMap& records, core::BytesView key) {
  const auto* bytes = records.find(key);
  if (bytes == nullptr) return {ports::Presence::absent, {}};
  const auto stored = decode_stored(*bytes);
  if (!stored) return {ports::Presence::corrupt, {}};
  return read_result(*stored, stored->value);
}

class MemorySnapshot final : public ports::Snapshot {
 public:
  explicit MemorySnapshot(VersionedMap records) : records_{std::move(records)} {}

  core::Result<ports::Listing> list(const core::Range& range,
                                    ports::ListOptions options) const override {
    ListingBuilder listing{range, options};
    bool complete = true;
    records_.walk(listing.searched().begin, [&](const auto& key, const auto& bytes) {
      if (key >= listing.searched().end) return false;
      const auto stored = decode_stored(bytes);
      complete = listing.has_room(key, stored ? stored->value_bytes : 0);
      if (!complete) return false;
      if (!stored) {
        listing.add_corrupt(key);
      } else if (listing.wants_values()) {
        listing.add(key, *stored, read_result(*stored, stored->value));
      } else {
        listing.add_head(key, *stored);
      }
      return true;
    });
    return listing.take(complete);
  }

 private:
  VersionedMap records_;
};

}

Disk::Disk(core::Prng random) : random_{random}, versions_(1) {}

void Disk::set_faults(DiskFaults faults) {
  const std::scoped_lock lock{mutex_};
  faults_ = faults;
}

std::uint64_t Disk::written() const {
  const std::scoped_lock lock{mutex_};
  return synced_ + versions_.size() - 1;
}

std::uint64_t Disk::synced() const {
  const std::scoped_lock lock{mutex_};
  return synced_;
}

void Disk::mark_synced(std::uint64_t batches) {
  const std::scoped_lock lock{mutex_};
  STARLING_ASSERT(batches <= synced_ + versions_.size() - 1);
  for (; synced_ < batches; ++synced_) versions_.pop_front();
}

std::uint64_t Disk::crash() {
  const std::scoped_lock lock{mutex_};
  const auto survivors = random_.below(versions_.size());
  const auto lost = versions_.size() - 1 - survivors;
  versions_ = {versions_[survivors]};
  synced_ += survivors;
  return lost;
}

bool Disk::corrupt(core::BytesView key) {
  const std::scoped_lock lock{mutex_};
  auto& records = versions_.back().records;
  const auto* bytes = records.find(key);
  if (bytes == nullptr) return false;
  auto rotten = *bytes;
  const auto stored = decode_stored(rotten);
  // A flipped bit of a value is what its hash is for; without one, the format version will do.
  const auto place = stored && !stored->value.empty() ? rotten.size() - 1 : 0;
  rotten[place] = static_cast<char>(rotten[place] ^ 0x10);
  records.put(key, std::move(rotten));
  return true;
}

VersionedMap Disk::contents() const {
  const std::scoped_lock lock{mutex_};
  return versions_.back().records;
}

bool Disk::happens(std::uint64_t per_1000) {
  return per_1000 > 0 && random_.chance(per_1000, 1000);
}

void Disk::apply(const ports::Batch& batch) {
  auto next = versions_.back();
  for (const auto& [key, before, after] : batch.records) {
    STARLING_ASSERT(key.starts_with(core::space_users));
    const auto old_entry = before ? purgeable_from(*before) : std::nullopt;
    if (old_entry) next.records.erase(purge_key(*old_entry, key));
    next.records.put(key, core::encode_record(after));
    const auto new_entry = purgeable_from(after.head);
    if (new_entry) next.records.put(purge_key(*new_entry, key), {});
  }
  for (const auto& [meta, value] : batch.meta) next.meta.put(name_of(meta), value);
  versions_.push_back(std::move(next));
}

ports::ReadResult MemoryStore::read(core::BytesView key) const {
  const std::scoped_lock lock{disk_.mutex_};
  if (disk_.happens(disk_.faults_.misses)) return {ports::Presence::not_in_memory, {}};
  return find_record(disk_.versions_.back().records, key);
}

core::Result<ports::WriteOutcome> MemoryStore::write(const ports::Batch& batch) {
  const std::scoped_lock lock{disk_.mutex_};
  if (disk_.happens(disk_.faults_.refusals)) return ports::WriteOutcome::refused;
  disk_.apply(batch);
  return ports::WriteOutcome::written;
}

core::Result<void> MemoryStore::write_patiently(const ports::Batch& batch) {
  const std::scoped_lock lock{disk_.mutex_};
  disk_.apply(batch);
  return {};
}

core::Result<void> MemoryStore::sync() {
  disk_.mark_synced(disk_.written());
  return {};
}

core::Result<ports::ReadResult> MemoryStore::fetch(core::BytesView key) const {
  return find_record(disk_.contents(), key);
}

std::unique_ptr<ports::Snapshot> MemoryStore::snapshot() const {
  return std::make_unique<MemorySnapshot>(disk_.contents());
}

core::Result<std::optional<core::Bytes>> MemoryStore::read_meta(ports::Meta key) const {
  const std::scoped_lock lock{disk_.mutex_};
  const auto* value = disk_.versions_.back().meta.find(name_of(key));
  if (value == nullptr) return std::nullopt;
  return *value;
}

}
