#pragma once
// Every stamp that was ever seen, and what it was issued for. One stamp, one record; and the
// stamps of one node only go up. A record that vanished with an unsynced batch, and that nobody
// else ever sees, never was: its stamp may be issued again.

#include <cstdint>
#include <deque>
#include <map>

#include "sim/history.h"

namespace starling::sim {

class StampBook {
 public:
  // `batch`: its number on the disk of `host`, counted as store::Disk counts.
  void on_batch(std::size_t host, core::NodeId id, std::uint64_t batch,
                const ports::Batch& changes);
  // What is synced stays.
  void on_synced(std::size_t host, std::uint64_t batches);
  // Of what was written the first `batches_left` are left; safe, when it was the power that failed.
  void on_down(std::size_t host, core::NodeId id, std::uint64_t batches_left, bool has_lost_power);

  const Violations& violations() const { return violations_; }

 private:
  struct Issued {
    std::uint64_t batch;
    core::Stamp stamp;
    core::Bytes content;
  };

  void on_seen_elsewhere(const Issued& issued);
  void check_content(const core::Stamp& stamp, const core::Bytes& content);

  std::map<core::Stamp, core::Bytes> known_;
  std::map<std::size_t, std::deque<Issued>> unsynced_;  // By host, of its own writes.
  std::map<std::size_t, core::Stamp> newest_;           // By host, of its own writes.
  std::map<std::size_t, core::Stamp> newest_synced_;
  std::map<core::NodeId, core::Stamp> newest_told_;  // By origin, as seen on other hosts.
  std::map<std::size_t, core::Stamp> first_;         // By host: the first one of this life.
  std::map<core::Stamp, std::size_t> vanished_;      // The host that lost it.
  Violations violations_;
};

}
