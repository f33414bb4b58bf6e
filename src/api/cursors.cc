#include "api/cursors.h"

#include <utility>

#include "core/limits.h"

namespace starling::api {
namespace {

std::size_t cost_of(const core::Range& range) {
  return sizeof(range) + range.begin.size() + range.end.size();
}

}

std::uint64_t Cursors::remember(core::Range rest) {
  bytes_ += cost_of(rest);
  ranges_.push_back(std::move(rest));
  while (ranges_.size() > core::limits::cursors_max ||
         (bytes_ > core::limits::cursor_bytes_max && ranges_.size() > 1)) {
    forget_oldest();
  }
  return oldest_ + ranges_.size() - 1;
}

std::optional<core::Range> Cursors::find(std::uint64_t cursor) const {
  if (cursor < oldest_ || cursor - oldest_ >= ranges_.size()) return std::nullopt;
  return ranges_[cursor - oldest_];
}

void Cursors::forget_oldest() {
  bytes_ -= cost_of(ranges_.front());
  ranges_.pop_front();
  ++oldest_;
}

}
