#pragma once
// Who is there. SWIM with Lifeguard: each period one member is probed, others are asked to help
// when it does not answer, what is found out rides on the same datagrams, and nobody is declared
// dead who had no chance to object. Not here: who is taken into the roster (node/ decides), and
// whose data counts (roster.h).
//
//   resting ──start──▶ running ──leave──▶ left
//
// Parts: member_table (what is believed) · probe_order, probe, relays (asking) · suspicion (how
// long) · spread (telling).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/prng.h"
#include "core/result.h"
#include "core/time.h"
#include "membership/effects.h"
#include "membership/member_table.h"
#include "membership/messages.h"
#include "membership/options.h"
#include "membership/probe.h"
#include "membership/probe_order.h"
#include "membership/relays.h"
#include "membership/spread.h"
#include "membership/suspicion.h"

namespace starling::membership {

struct Identity {
  core::NodeId id;
  std::string name;
  Address address;                // Where others reach us.
  std::uint64_t incarnation = 0;  // One more than what was persisted last.
};

class Membership {
 public:
  enum class State { resting, running, left };

  Membership(MembershipOptions options, Identity self, core::Prng prng);

  void start(core::Instant now, Effects& effects);
  // `sender` spoke from `from`. On error nothing changed.
  core::Result<void> on_part(const Address& from, core::NodeId sender, const Part& part,
                             core::Instant now, Effects& effects);
  // Any other packet of a member is a sign of life as well.
  void on_heard(core::NodeId id, core::Instant now) { table_.heard(id, now); }
  // What a peer's JoinRequest or JoinReply says about a member.
  core::Result<void> add(const MemberUpdate& update, core::Instant now, Effects& effects);
  // Says farewell; the node answers nothing any more.
  void leave(Effects& effects);

  void on_time(core::Instant now, Effects& effects);
  std::optional<core::Instant> next_deadline() const;
  State state() const { return state_; }

  // The claim that this node makes about itself.
  const MemberUpdate& self() const { return self_; }
  // All others.
  const MemberTable& members() const { return table_; }
  // Members that are neither dead nor left, in order of their ids.
  std::vector<core::NodeId> alive_peers() const { return table_.alive(); }
  // 0: well. Up to 7: our own probes fail so often that the fault may be here; we wait longer.
  std::int64_t poor_health() const { return poor_health_; }

 private:
  void apply(const MemberUpdate& update, core::Instant now, Effects& effects);
  void confirm(const MemberUpdate& update, const Member& member);
  void on_claim_about_self(const MemberUpdate& update, core::Instant now, Effects& effects);
  void raise_incarnation(std::uint64_t above, Effects& effects);
  void alarm_duplicate(const Address& from, Effects& effects);
  bool may_alarm(core::Instant now);

  void speak_up(const Address& from, core::NodeId sender, core::Instant now, Effects& effects);
  void on_question(const Address& from, core::NodeId sender, const Question& question,
                   core::Instant now, Effects& effects);
  void on_ack(const Ack& ack, core::NodeId sender, core::Instant now, Effects& effects);
  void on_ping_request(const Address& from, core::NodeId sender, const PingRequest& request,
                       core::Instant now, Effects& effects);

  void begin_period(core::Instant now, Effects& effects);
  void ask_helpers(core::Instant now, Effects& effects);
  void conclude_probe(core::Instant now, Effects& effects);
  bool were_helpers_silent() const;
  void accuse(const Member& member, core::Instant now, Effects& effects);
  void declare_overdue_dead(core::Instant now, Effects& effects);
  void forgive_after_sleep(core::Instant now);

  void send(core::NodeId to, const Address& address, Question question, Effects& effects);
  std::size_t transmissions_max() const;
  std::size_t group_size() const { return table_.alive_count() + 1; }
  core::Duration stretched(core::Duration duration) const { return duration * (poor_health_ + 1); }
  void feel(std::int64_t worse);

  MembershipOptions options_;
  MemberUpdate self_;
  core::Prng prng_;
  State state_ = State::resting;
  MemberTable table_;
  Spread spread_;
  ProbeOrder order_;
  Probe probe_;
  Relays relays_;
  std::map<core::NodeId, Suspicion> suspicions_;  // One for each member in state suspect.
  std::uint32_t sequence_;
  core::NodeId gone_probed_;  // The gone are probed in a circle.
  core::Instant next_period_;
  std::int64_t poor_health_ = 0;  // 0 to health_multiplier_max - 1.
  bool must_object_ = false;      // The part in hand accuses us.
  std::optional<core::Instant> alarmed_at_;
};

}
