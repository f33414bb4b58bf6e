#pragma once
// The store on RocksDB: one directory, held by one process, in the plain subset of RocksDB that
// README.md argues for. What the loop calls never waits for the disk: a read answers from memory
// or says that it cannot, a write that would stall is refused whole.
//
// Every write is in the operating system's hands before write returns, so SIGKILL takes nothing;
// what power loss takes is what sync has not covered yet, a suffix without holes.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "ports/store.h"

namespace starling::store {

struct RocksOptions {
  std::string path;  // A directory of its own, made when it is missing; its parent exists.
  // Of all that RocksDB holds; up to a quarter is memtables. Below 8 MiB writes stall early.
  std::size_t memory_bytes = std::size_t{48} * 1024 * 1024;
};

class RocksStore final : public ports::Store {
 public:
  // `locked` when another process holds the store, `format_unknown` when it was written by a
  // version that we do not know or is none of ours. After either, not a byte has changed.
  static core::Result<std::unique_ptr<RocksStore>> open(const RocksOptions& options);
  ~RocksStore() override;

  ports::ReadResult read(core::BytesView key) const override;
  core::Result<ports::WriteOutcome> write(const ports::Batch& batch) override;
  core::Result<void> write_patiently(const ports::Batch& batch) override;
  core::Result<void> sync() override;
  core::Result<ports::ReadResult> fetch(core::BytesView key) const override;
  std::unique_ptr<ports::Snapshot> snapshot() const override;
  core::Result<std::optional<core::Bytes>> read_meta(ports::Meta key) const override;

  struct Inside;
  explicit RocksStore(std::unique_ptr<Inside> inside);

 private:
  std::unique_ptr<Inside> inside_;
};

}
