#pragma once
// Numbers as Redis reads them: decimal, canonical, nothing before or after.

#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace starling::api {

// No plus sign, no leading zero, no space, within 64 bits.
std::optional<std::int64_t> parse_integer(core::BytesView text);
std::optional<std::uint64_t> parse_unsigned(core::BytesView text);

}
