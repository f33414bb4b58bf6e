#pragma once
// The hybrid logical clock of one node. It issues stamps that never repeat, whatever the wall
// clock does and wherever the process is killed, and is never dragged along by a peer whose clock
// is wrong.
//
//   wall ──▶ now() ──▶ reading = max(wall, last + 1)          lease: a persisted bound above every
//   peer ──▶ observe(), only if at most ε ahead of the wall   reading that may leave this node

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/stamp.h"
#include "core/time.h"

namespace starling::core {

struct ClockOptions {
  std::uint64_t ahead_ms_max;  // ε: what is further ahead never moves this clock.
  std::uint64_t lease_ms;      // How far ahead of use the bound is persisted.
};

class Clock {
 public:
  // `lease` is the bound persisted by the former run (zero on a new store): the clock resumes
  // above it.
  Clock(ClockOptions options, Hlc lease);

  // The reading at `wall`, without issuing it. Never goes back.
  Hlc read(WallTime wall);
  // A reading above every earlier one and above `floor`; it is never issued again. None when
  // `floor` is more than ε ahead of the wall: the caller refuses the write by name.
  std::optional<Hlc> issue(WallTime wall, Hlc floor = {});
  // A peer's reading. Returns false, changing nothing, when it is more than ε ahead of the wall.
  bool observe(WallTime wall, Hlc heard);
  bool is_too_far_ahead(WallTime wall, Hlc heard) const;

  // The bound to persist now, or none while half of the lease is left. Readings at or above the
  // persisted bound may be issued, but must not leave this node before the new bound is synced.
  std::optional<Hlc> lease_to_persist(WallTime wall);
  void on_lease_persisted(Hlc bound) { lease_ = std::max(lease_, bound); }
  Hlc lease() const { return lease_; }

  // The wall stands so far behind the lease that stamps would run ahead of peers' receive bound.
  bool must_refuse_writes(WallTime wall) const;

  Hlc newest() const { return last_; }

 private:
  ClockOptions options_;
  Hlc lease_;
  Hlc asked_;  // The largest bound that was handed out to be persisted.
  Hlc last_;   // The largest reading issued, observed or read.
};

}
