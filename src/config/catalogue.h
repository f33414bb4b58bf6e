#pragma once
// All settings: their names, what is allowed, their defaults, and how each comes into `Settings`.
// File, environment, flags, help and --print-config are made from this one table.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "config/written.h"

namespace starling::config {

struct Setting {
  std::string_view section;  // Empty: the top of the file.
  std::string_view key;
  Shape shape;
  std::string_view fallback;  // The default, in bare words.
  std::string_view allowed;   // "… is not ALLOWED".
  std::string_view meaning;   // One line of help.
  // Puts a value of the right shape into the settings; false: it is not what is allowed.
  bool (*take)(const Written& value, Settings& settings);
};

// In the order of the file.
std::span<const Setting> catalogue();
const Setting* find_setting(std::string_view section, std::string_view key);

// "[resp] ack", or "name" at the top.
std::string title_of(std::string_view section, std::string_view key);
// STARLING_RESP_ACK
std::string variable_of(const Setting& setting);
// --resp-ack
std::string flag_of(const Setting& setting);

// "; did you mean …?", for a key that is not in the catalogue.
std::string suggestion_for(std::string_view section, std::string_view key);

}
