#pragma once
// Byte strings. Keys and values are bytes without an encoding; both types are the standard ones so
// that literals, maps and views work as everybody expects.

#include <string>
#include <string_view>

namespace starling::core {

using Bytes = std::string;
using BytesView = std::string_view;

// The smallest string above every string that starts with `prefix`; empty when there is none
// (a prefix of 0xFF only), which every user of a range reads as "no upper end".
Bytes end_of_prefix(BytesView prefix);

}
