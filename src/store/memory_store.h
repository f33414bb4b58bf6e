#pragma once
// The store of the simulator, and the disk below it. The disk outlives the store, as a disk
// outlives a process: to be killed is to drop the MemoryStore, to lose power is Disk::crash, to
// start again is to put a new MemoryStore on the same Disk. It holds the bytes that RocksStore
// would hold, under the same keys.
//
//   synced ──batch──▶ ──batch──▶ ──batch──▶ newest        crash: back to one of these
//
// All that happens by chance is drawn from one seed.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "core/bytes.h"
#include "core/prng.h"
#include "ports/store.h"
#include "store/versioned_map.h"

namespace starling::store {

// How often the disk is in the way, of 1,000 calls. No fault ever touches fetch, write_patiently
// or sync: those may only take their time, which is the simulator's to spend.
struct DiskFaults {
  std::uint64_t misses = 0;    // Of read: not_in_memory.
  std::uint64_t refusals = 0;  // Of write.
};

class Disk {
 public:
  explicit Disk(core::Prng random);

  void set_faults(DiskFaults faults);

  // Batches written since the disk was made, those lost to crashes not counted. A sync that takes
  // time: remember this when it starts, tell mark_synced when it ends.
  std::uint64_t written() const;
  std::uint64_t synced() const;
  void mark_synced(std::uint64_t batches);

  // Power is lost: of the batches that were not synced a prefix survives, of a length drawn at
  // random. Returns how many were lost. What is left counts as synced. No store may be using it.
  std::uint64_t crash();

  // Rots the newest stored bytes of `key`: it reads as corrupt until it is overwritten, or a crash
  // brings an older version back. False when the key is absent.
  bool corrupt(core::BytesView key);

  // All that is stored, meta apart, as raw bytes (key_layout.h): for those who check from outside.
  VersionedMap contents() const;

 private:
  friend class MemoryStore;

  struct Version {
    VersionedMap records;
    VersionedMap meta;  // By name.
  };

  bool happens(std::uint64_t per_1000);  // Under mutex_.
  void apply(const ports::Batch& batch);

  mutable std::mutex mutex_;  // Workers may fetch and list while the loop reads and writes.
  core::Prng random_;
  DiskFaults faults_;
  std::uint64_t synced_ = 0;
  std::deque<Version> versions_;  // [i] is what synced_ + i batches made; never empty.
};

class MemoryStore final : public ports::Store {
 public:
  explicit MemoryStore(Disk& disk) : disk_{disk} {}

  ports::ReadResult read(core::BytesView key) const override;
  core::Result<ports::WriteOutcome> write(const ports::Batch& batch) override;
  core::Result<void> write_patiently(const ports::Batch& batch) override;
  core::Result<void> sync() override;
  core::Result<ports::ReadResult> fetch(core::BytesView key) const override;
  std::unique_ptr<ports::Snapshot> snapshot() const override;
  core::Result<std::optional<core::Bytes>> read_meta(ports::Meta key) const override;

 private:
  Disk& disk_;
};

}
