#pragma once
// What systemd is told, when it is there: ready, stopping, a status line, and a sign of life from
// the loop. Without it every call does nothing.

#include <chrono>
#include <optional>
#include <string>

namespace starling::app {

class Supervisor {
 public:
  void ready() const;
  void stopping() const;
  void status(const std::string& line) const;
  void alive() const;
  // Half of the time after which the supervisor would kill us; none: nobody watches.
  static std::optional<std::chrono::microseconds> alive_interval();
};

}
