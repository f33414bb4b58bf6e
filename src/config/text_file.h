#pragma once
// Small files, read whole.

#include <cstddef>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace starling::config {

enum class Privacy { any, closed_to_others };

// `bad_setting` when it cannot be read, is not a file, is larger than `bytes_max`, or is open to
// others than its owner and group although it must not be.
core::Result<core::Bytes> read_file(const std::string& path, std::size_t bytes_max,
                                    Privacy privacy);

}
