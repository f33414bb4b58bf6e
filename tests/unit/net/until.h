#pragma once
// Turns the loop until something has happened. The watchdog lets a test fail that would hang.

#include <chrono>

#include "net/event_loop.h"
#include "net/watches.h"

namespace starling::net::testing {

inline bool run_until(EventLoop& loop, const auto& happened) {
  bool gave_up = false;
  Timer watchdog{loop, [&] { gave_up = true; }};
  watchdog.arm(loop.now().instant + std::chrono::seconds{10});
  while (!happened() && !gave_up) loop.run_turn();
  return happened();
}

}
