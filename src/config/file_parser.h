#pragma once
// The configuration file: TOML in, assignments out. Knows nothing of the settings.

#include <string>
#include <string_view>
#include <vector>

#include "config/written.h"
#include "core/result.h"

namespace starling::config {

// In the order of their lines. `file` is how errors and origins call it: "FILE:12".
core::Result<std::vector<Assignment>> parse_file(std::string_view text, const std::string& file);

}
