#include "membership/member_table.h"

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::membership {

namespace limits = core::limits;

const char* name_of(MemberState state) {
  switch (state) {
    case MemberState::alive:
      return "alive";
    case MemberState::suspect:
      return "suspect";
    case MemberState::dead:
      return "dead";
    case MemberState::left:
      return "left";
  }
  return "unknown";
}

bool is_newer(std::uint64_t a, std::uint64_t b) { return a != b && a - b < std::uint64_t{1} << 63; }

bool overrules(const MemberUpdate& update, const Member& member) {
  if (update.incarnation != member.incarnation) {
    return is_newer(update.incarnation, member.incarnation);
  }
  return update.state > member.state;
}

core::Result<void> check(const MemberUpdate& update) {
  if (!update.id) return core::fail(core::Errc::malformed, "a claim about nobody");
  if (update.state > MemberState::left) return core::fail(core::Errc::malformed, "unknown state");
  if (update.address.empty()) return core::fail(core::Errc::malformed, "a member without address");
  if (update.address.size() > limits::address_bytes_max ||
      update.name.size() > limits::node_name_bytes_max) {
    return core::fail(core::Errc::over_limit, "name or address too long");
  }
  return {};
}

bool MemberTable::put(const MemberUpdate& update, core::Instant now) {
  auto row = rows_.find(update.id);
  if (row == rows_.end()) {
    if (!make_room()) return false;
    row = rows_.try_emplace(update.id).first;
    row->second.id = update.id;
    row->second.state = MemberState::dead;  // Counted below when the claim says otherwise.
    row->second.since = now;
    row->second.heard_at = now;
  } else {
    STARLING_ASSERT(overrules(update, row->second));
  }
  auto& member = row->second;
  if (!member.is_gone()) --alive_count_;
  if (member.state != update.state) member.since = now;
  member.name = update.name;
  member.address = update.address;
  member.state = update.state;
  member.incarnation = update.incarnation;
  member.accuser = update.accuser;
  if (!member.is_gone()) ++alive_count_;
  return true;
}

// A certificate of death is kept as long as there is room: a rumour of life older than it would
// bring back a ghost. Who has been gone longest is forgotten first.
bool MemberTable::make_room() {
  if (rows_.size() < limits::roster_members_max) return true;
  const auto gone_longest = std::ranges::min_element(rows_, {}, [](const auto& row) {
    return std::pair{!row.second.is_gone(), row.second.since};
  });
  if (!gone_longest->second.is_gone()) return false;
  rows_.erase(gone_longest);
  return true;
}

void MemberTable::heard(core::NodeId id, core::Instant now) {
  if (const auto row = rows_.find(id); row != rows_.end()) row->second.heard_at = now;
}

bool MemberTable::may_remind(core::NodeId id, core::Instant now, core::Duration pause) {
  const auto row = rows_.find(id);
  if (row == rows_.end()) return false;
  auto& reminded_at = row->second.reminded_at;
  if (reminded_at && now < *reminded_at + pause) return false;
  reminded_at = now;
  return true;
}

void MemberTable::measured(core::NodeId id, core::Duration rtt) {
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  auto& smoothed = row->second.rtt;
  smoothed = smoothed ? (*smoothed * 7 + rtt) / 8 : rtt;
}

const Member* MemberTable::find(core::NodeId id) const {
  const auto row = rows_.find(id);
  return row == rows_.end() ? nullptr : &row->second;
}

const Member* MemberTable::find(std::string_view text) const {
  for (const auto& [id, member] : rows_) {
    if (member.name == text || member.address == text) return &member;
  }
  const auto id = core::from_hex(text);
  return id ? find(core::NodeId{*id}) : nullptr;
}

std::vector<core::NodeId> MemberTable::alive() const {
  std::vector<core::NodeId> ids;
  ids.reserve(alive_count_);
  for (const auto& [id, member] : rows_) {
    if (!member.is_gone()) ids.push_back(id);
  }
  return ids;
}

std::optional<core::NodeId> MemberTable::next_gone(core::NodeId after) const {
  if (alive_count_ == rows_.size()) return std::nullopt;
  auto row = rows_.upper_bound(after);
  for (;;) {
    if (row == rows_.end()) row = rows_.begin();
    if (row->second.is_gone()) return row->first;
    ++row;
  }
}

}
