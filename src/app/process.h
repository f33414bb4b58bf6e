#pragma once
// What the operating system says about this process.

#include <cstdint>

namespace starling::app {

// Resident memory in bytes; 0 where /proc is not there.
std::uint64_t resident_bytes();

}
