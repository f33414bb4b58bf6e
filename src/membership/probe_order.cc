#include "membership/probe_order.h"

#include <utility>

#include "core/limits.h"

namespace starling::membership {

void ProbeOrder::shuffle(std::vector<core::NodeId>& ids) {
  for (auto i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[prng_.below(i)]);
}

void ProbeOrder::insert(core::NodeId id) {
  // Should that many come within one round, they wait for the next.
  if (left_.size() >= core::limits::roster_members_max) return;
  left_.push_back(id);
  std::swap(left_.back(), left_[prng_.below(left_.size())]);
}

std::optional<core::NodeId> ProbeOrder::next(const MemberTable& table) {
  if (table.alive_count() == 0) return std::nullopt;
  for (;;) {
    if (left_.empty()) {
      left_ = table.alive();
      shuffle(left_);
    }
    const auto id = left_.back();
    left_.pop_back();
    if (const auto* member = table.find(id); member != nullptr && !member->is_gone()) return id;
  }
}

std::vector<core::NodeId> ProbeOrder::pick(const MemberTable& table, std::size_t count,
                                           core::NodeId except) {
  std::vector<core::NodeId> ids;
  for (const auto& [id, member] : table.rows()) {
    if (member.state == MemberState::alive && id != except) ids.push_back(id);
  }
  shuffle(ids);
  if (ids.size() > count) ids.resize(count);
  return ids;
}

}
