#pragma once
// Assertions for our own mistakes, on in every build. Nothing that comes from outside the process
// may reach one: that is what Result is for.

namespace starling::core {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}

#define STARLING_ASSERT(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::starling::core::assertion_failed(#condition, __FILE__, __LINE__))
