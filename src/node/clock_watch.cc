#include "node/clock_watch.h"

#include <algorithm>
#include <vector>

#include "core/limits.h"

namespace starling::node {
namespace {

constexpr core::Duration fresh_for = std::chrono::seconds{10};
constexpr std::size_t peers_needed = 3;

}

void ClockWatch::on_heard(core::NodeId peer, core::Hlc theirs, core::Hlc ours, core::Instant now) {
  if (!heard_.contains(peer) && heard_.size() >= core::limits::roster_members_max) return;
  const auto offset = static_cast<std::int64_t>(theirs.ms()) - static_cast<std::int64_t>(ours.ms());
  heard_.insert_or_assign(peer, Heard{offset, now});
}

bool ClockWatch::is_off(core::Instant now) {
  const auto median = median_ms(now);
  const auto bound = is_off_ ? bound_ms_ / 2 : bound_ms_;
  is_off_ = median && (*median > bound || *median < -bound);
  return is_off_;
}

std::optional<std::int64_t> ClockWatch::offset_ms(core::NodeId peer) const {
  const auto found = heard_.find(peer);
  if (found == heard_.end()) return std::nullopt;
  return found->second.offset_ms;
}

std::optional<std::int64_t> ClockWatch::median_ms(core::Instant now) const {
  std::vector<std::int64_t> offsets;
  for (const auto& [peer, heard] : heard_) {
    if (now - heard.at <= fresh_for) offsets.push_back(heard.offset_ms);
  }
  if (offsets.size() < peers_needed) return std::nullopt;
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::ranges::nth_element(offsets, middle);
  return *middle;
}

}
