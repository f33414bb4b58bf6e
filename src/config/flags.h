#pragma once
// The command line: starlingd [check-config] [--config FILE] [--print-config] [--SECTION-KEY
// VALUE]…

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/written.h"
#include "core/result.h"

namespace starling::config {

enum class Act : std::uint8_t { run, print_config, check_config, help, version };

struct Flags {
  Act act = Act::run;
  std::optional<std::string> config_file;
  std::vector<Assignment> assignments;
  std::string help;  // When asked for.
};

// `arguments` without the program's name.
core::Result<Flags> parse_flags(std::vector<std::string> arguments);

}
