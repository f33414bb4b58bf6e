#pragma once
// Two kinds of time, both handed in. `Instant` is the monotonic clock that deadlines are measured
// on; `WallTime` is what the host believes the date to be and may jump. NodeClock has no now():
// asking the time below the waterline does not compile.

#include <chrono>
#include <cstdint>

namespace starling::core {

struct NodeClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<NodeClock>;
  static constexpr bool is_steady = true;
};

using Duration = NodeClock::duration;
using Instant = NodeClock::time_point;

// Milliseconds since 1970-01-01 UTC.
struct WallTime {
  std::int64_t ms = 0;

  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// What a driver hands to every event: both clocks, read once per loop turn.
struct Now {
  Instant instant;
  WallTime wall;
};

}
