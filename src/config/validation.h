#pragma once
// What one setting says about another, and what stands in the files that settings name.

#include <span>
#include <string>
#include <vector>

#include "config/settings.h"
#include "config/written.h"
#include "core/result.h"

namespace starling::config {

// `assignments`: where each setting comes from, in the order of the catalogue. Fills in secret and
// password. The result: what an operator should be warned of at every start.
core::Result<std::vector<std::string>> validate(Settings& settings,
                                                std::span<const Assignment> assignments);

}
