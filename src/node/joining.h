#pragma once
// Who is taken in, and whom this node keeps links to. A roster is persisted before it is told to
// anybody; while no horizon has moved, rosters merge by union: nothing has been purged yet.
//
//   no roster ──no seeds, or a seed met, or 10 s──▶ a roster of our own ──union──▶ …

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "membership/membership.h"
#include "membership/roster.h"
#include "node/event.h"
#include "node/replica.h"

namespace starling::node {

class Joining {
 public:
  Joining(Replica& replica, membership::Membership& members, const Persisted& persisted);

  void start();
  void on_link_up(const LinkUp& link);
  void on_link_down(core::NodeId peer) { links_.erase(peer); }
  // Members to be told about by the caller come out as membership effects.
  core::Result<void> on_request(core::NodeId peer, const membership::JoinRequest& request,
                                membership::Effects& effects);
  core::Result<void> on_reply(core::NodeId peer, const membership::JoinReply& reply,
                              membership::Effects& effects);
  void on_changed(const membership::Changed& change);
  // A beat carried another roster's hash: exchange rosters with that peer.
  void on_other_roster(core::NodeId peer);
  void on_time();
  std::optional<core::Instant> next_deadline() const;

  const membership::Roster& roster() const { return roster_; }
  core::Hlc horizon() const { return horizon_; }
  const std::set<core::NodeId>& links() const { return links_; }

 private:
  void ask(core::NodeId peer);
  // Takes `others` in; `told` runs when the outcome is durable and in force.
  core::Result<void> unite(std::span<const membership::RosterEntry> others, Outbox::Step told);
  membership::RosterEntry self() const;

  Replica& replica_;
  membership::Membership& members_;
  membership::Roster roster_;       // In force: durable, told to others.
  membership::Roster next_roster_;  // The newest one on its way to the disk.
  core::Hlc horizon_;
  std::set<core::NodeId> links_;
  std::map<core::NodeId, core::Instant> asked_;
  std::map<core::NodeId, membership::Address> dialled_;
  std::optional<core::Instant> patience_;  // When a first start stops waiting for its seeds.
};

}
