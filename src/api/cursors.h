#pragma once
// Where scans go on. Redis clients expect an unsigned 64-bit cursor, an ordered store resumes at a
// key: a bounded dictionary between the two. The oldest cursor is forgotten first.

#include <cstdint>
#include <deque>
#include <optional>

#include "core/range.h"

namespace starling::api {

class Cursors {
 public:
  // `first`: the number of the first cursor, drawn per process, so that a cursor of an earlier
  // run is told apart from ours.
  explicit Cursors(std::uint64_t first) : oldest_{first} {}

  // Never 0, which means "from the start" and "at the end".
  std::uint64_t remember(core::Range rest);
  // None when it was forgotten or never given out. A cursor may be used again.
  std::optional<core::Range> find(std::uint64_t cursor) const;

 private:
  void forget_oldest();

  std::uint64_t oldest_;
  std::deque<core::Range> ranges_;
  std::size_t bytes_ = 0;
};

}
