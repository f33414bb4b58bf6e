#pragma once
// Commands of Redis that we know and do not have, and why. A person reads these.

#include <optional>
#include <string>

#include "core/bytes.h"

namespace starling::api {

// The error text for a name in any case; none when we have nothing particular to say about it.
std::optional<std::string> refusal_of(core::BytesView name);

}
