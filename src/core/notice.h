#pragma once
// What a machine wants a person to know. Below the waterline nobody logs: a notice is an effect,
// which the simulator prints and the daemon logs. Never values; keys only where the reader needs
// them to act.

#include <string>

namespace starling::core {

enum class Severity { debug, info, warning, alarm };

struct Notice {
  Severity severity;
  std::string topic;  // One word, stable: "membership", "session", "clock", "corrupt", …
  std::string text;

  friend bool operator==(const Notice&, const Notice&) = default;
};

}
