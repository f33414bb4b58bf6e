#pragma once
// Settings for people to read: what --print-config and check-config say. Files that hold secrets
// are named, what they hold is not.

#include <span>
#include <string>
#include <vector>

#include "config/written.h"

namespace starling::config {

// A configuration file that says the same, with each value's origin in a comment.
std::string printed(std::span<const Assignment> assignments);

// That all is well, and what is worth a warning.
std::string checked(std::span<const Assignment> assignments,
                    const std::vector<std::string>& warnings);

}
