#pragma once
// Is our clock wrong, or theirs? Compares our HLC with what each fresh peer's packets carried.
// Whoever is off the median of at least three peers stops stamping, and goes on merging.

#include <cstdint>
#include <map>
#include <optional>

#include "core/ids.h"
#include "core/stamp.h"
#include "core/time.h"

namespace starling::node {

class ClockWatch {
 public:
  explicit ClockWatch(std::uint64_t ahead_ms_max)
      : bound_ms_{static_cast<std::int64_t>(ahead_ms_max)} {}

  void on_heard(core::NodeId peer, core::Hlc theirs, core::Hlc ours, core::Instant now);
  // With hysteresis: once off, it takes half the bound to be on again.
  bool is_off(core::Instant now);

  // Peer's clock less ours, as last heard; none when never heard.
  std::optional<std::int64_t> offset_ms(core::NodeId peer) const;
  // Of at least three fresh peers.
  std::optional<std::int64_t> median_ms(core::Instant now) const;

 private:
  struct Heard {
    std::int64_t offset_ms;
    core::Instant at;
  };

  std::int64_t bound_ms_;
  bool is_off_ = false;
  std::map<core::NodeId, Heard> heard_;
};

}
