#pragma once
// What this node believes about the others: one row per member, itself not included. Decides
// which of two claims about one member stands, and nothing else.
//
//   alive ◀──▶ suspect ──▶ dead        a newer incarnation returns from anywhere to alive;
//     └───────────┴──────▶ left        within one incarnation it only goes to the right

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "membership/messages.h"

namespace starling::membership {

struct Member {
  core::NodeId id;
  std::string name;
  Address address;
  MemberState state = MemberState::alive;
  std::uint64_t incarnation = 0;
  core::Instant since;     // Of this state.
  core::Instant heard_at;  // Any packet of its own, or when we first learned of it.
  std::optional<core::Instant> reminded_at;  // Of what it is accused of, apart from probes.
  std::optional<core::Duration> rtt;  // Smoothed over direct probes; none until one was answered.

  // The claim that this row makes, as told to others.
  MemberUpdate claim() const { return {id, state, incarnation, address, name, accuser}; }
  // Dead or left: nothing is sent to it but a rare probe.
  bool is_gone() const { return state == MemberState::dead || state == MemberState::left; }

  core::NodeId accuser;  // Of the state suspect or dead.
};

const char* name_of(MemberState state);

// Is `a` newer than `b`, counted modulo 2^64?
bool is_newer(std::uint64_t a, std::uint64_t b);
// Does `update` overrule what the row says?
bool overrules(const MemberUpdate& update, const Member& member);
// Is it something that a well-meaning node can have said? Bounds names and addresses.
core::Result<void> check(const MemberUpdate& update);

class MemberTable {
 public:
  using Rows = std::map<core::NodeId, Member>;

  // Puts the claim into its row, which is made when there is none. False when the table is full
  // of members that are not gone. `update` overrules what the row says.
  bool put(const MemberUpdate& update, core::Instant now);
  void heard(core::NodeId id, core::Instant now);
  // May this member be told now what it is accused of? True once in `pause`, for which it counts.
  bool may_remind(core::NodeId id, core::Instant now, core::Duration pause);
  void measured(core::NodeId id, core::Duration rtt);

  // Null when unknown; valid until the next put.
  const Member* find(core::NodeId id) const;
  // What a person may call a member: its name, its id in hexadecimal digits, its address.
  const Member* find(std::string_view text) const;

  const Rows& rows() const { return rows_; }
  // Neither dead nor left, in order of their ids: a suspect is alive until proven dead.
  std::vector<core::NodeId> alive() const;
  std::size_t alive_count() const { return alive_count_; }
  // The dead or left member that follows `after` in the circle of ids; none: there is none.
  std::optional<core::NodeId> next_gone(core::NodeId after) const;

 private:
  bool make_room();

  Rows rows_;
  std::size_t alive_count_ = 0;
};

}
