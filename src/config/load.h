#pragma once
// The room's face: command line, environment and file → checked settings, or one line that says
// what is wrong, where, and what would be right.
//
//   defaults < file < environment < flags ──▶ catalogue ──▶ validation ──▶ Settings

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "core/result.h"

namespace starling::config {

struct Surroundings {
  std::vector<std::string> arguments;  // Without the program's name.
  std::map<std::string, std::string> environment;
  std::string version;  // What --version says.
};

// As main() is given them; `environment` ends with null.
Surroundings surroundings_of(int argc, const char* const* argv, const char* const* environment,
                             std::string version);

struct Orders {
  // Print this and exit 0: somebody asked for help, the version, or for what the settings are
  // (--print-config, check-config). Else run.
  std::optional<std::string> to_print;
  Settings settings;
  std::vector<std::string> warnings;  // To be logged at every start.
};

// Reads the files that the settings name and nothing else. `bad_setting` with one line for stderr.
core::Result<Orders> load(const Surroundings& surroundings);

}
