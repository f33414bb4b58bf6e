#include "node/held_ahead.h"

#include <iterator>
#include <utility>

#include "core/limits.h"

namespace starling::node {
namespace {

std::size_t size_of(const ports::KeyedRecord& held) {
  return held.key.size() + held.record.value.size() + core::record_header_bytes_max;
}

}

void HeldAhead::add(ports::KeyedRecord record) {
  const auto [first, last] = records_.equal_range(record.record.head.stamp);
  for (auto held = first; held != last; ++held) {
    if (held->second == record) return;
  }
  bytes_ += size_of(record);
  const auto stamp = record.record.head.stamp;
  records_.emplace(stamp, std::move(record));
  while (records_.size() > core::limits::held_ahead_records_max ||
         bytes_ > core::limits::held_ahead_bytes_max) {
    const auto furthest = std::prev(records_.end());
    bytes_ -= size_of(furthest->second);
    records_.erase(furthest);
  }
}

std::vector<ports::KeyedRecord> HeldAhead::take_up_to(core::Hlc bound) {
  std::vector<ports::KeyedRecord> due;
  while (!records_.empty() && records_.begin()->first.hlc <= bound) {
    bytes_ -= size_of(records_.begin()->second);
    due.push_back(std::move(records_.begin()->second));
    records_.erase(records_.begin());
  }
  return due;
}

std::optional<core::Hlc> HeldAhead::oldest() const {
  if (records_.empty()) return std::nullopt;
  return records_.begin()->first.hlc;
}

}
