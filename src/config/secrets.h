#pragma once
// Files whose contents nobody else may see. Errors name the file and what to do, never what is in
// it.

#include <cstddef>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace starling::config {

inline constexpr std::size_t secret_bytes = 32;

// Exactly 32 bytes, closed to strangers.
core::Result<core::Bytes> read_secret(const std::string& path);

// One line, closed to strangers.
core::Result<core::Bytes> read_password(const std::string& path);

}
