#include "membership/membership.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::membership {
namespace {

namespace limits = core::limits;
using namespace std::chrono_literals;

constexpr auto alarm_pause = 1min;

std::string describe(const Member& member) {
  return member.name + " (" + core::to_text(member.id) + ", " + member.address + ")";
}

core::Notice notice_of(const Member& member, std::optional<MemberState> before) {
  const bool is_bad = member.state == MemberState::dead && before;
  const auto severity = is_bad ? core::Severity::warning : core::Severity::info;
  const std::string change = before ? std::string{name_of(*before)} + " -> " : "new, ";
  return {severity, "membership", describe(member) + ": " + change + name_of(member.state)};
}

core::Result<void> check_part(const Part& part, core::NodeId self, core::NodeId sender) {
  if (!sender) return core::fail(core::Errc::malformed, "nobody speaks");
  if (part.updates.size() > limits::part_updates_max) {
    return core::fail(core::Errc::over_limit, "too many claims in one datagram");
  }
  for (const auto& update : part.updates) {
    if (auto fine = check(update); !fine) return fine;
  }
  if (const auto* ping = std::get_if<Ping>(&part.question); ping && ping->target != self) {
    return core::fail(core::Errc::unexpected, "a ping for another node");
  }
  const auto* request = std::get_if<PingRequest>(&part.question);
  if (request != nullptr && (!request->target || request->target_address.empty() ||
                             request->target_address.size() > limits::address_bytes_max)) {
    return core::fail(core::Errc::malformed, "a request to ping nobody");
  }
  return {};
}

}

Membership::Membership(MembershipOptions options, Identity self, core::Prng prng)
    : options_{options},
      self_{self.id,
            MemberState::alive,
            self.incarnation,
            std::move(self.address),
            std::move(self.name),
            core::NodeId{}},
      prng_{prng.fork("membership")},
      order_{prng.fork("probe order")},
      sequence_{static_cast<std::uint32_t>(prng_.next())} {
  STARLING_ASSERT(check(self_).has_value());
  STARLING_ASSERT(options_.ack_patience < options_.period);
}

void Membership::start(core::Instant now, Effects& effects) {
  STARLING_ASSERT(state_ == State::resting);
  state_ = State::running;
  effects.push_back(PersistIncarnation{self_.incarnation});
  spread_.offer(self_);
  // Nodes that were started together shall not probe together.
  const auto period = static_cast<std::uint64_t>(options_.period.count());
  next_period_ = now + core::Duration{static_cast<std::int64_t>(prng_.below(period))};
}

void Membership::leave(Effects& effects) {
  if (state_ != State::running) return;
  state_ = State::left;
  self_.state = MemberState::left;
  spread_.offer(self_);
  probe_.end();
  suspicions_.clear();
  for (const auto id : order_.pick(table_, limits::small_cluster_peers_max, {})) {
    spread_.offer(self_);  // Each is to hear it; spreading it further is theirs.
    send(id, table_.find(id)->address, {}, effects);
  }
}

// ---- hearing ------------------------------------------------------------------------------------

core::Result<void> Membership::on_part(const Address& from, core::NodeId sender, const Part& part,
                                       core::Instant now, Effects& effects) {
  if (state_ != State::running) return core::fail(core::Errc::refused, "not running");
  if (auto fine = check_part(part, self_.id, sender); !fine) return fine;
  if (sender == self_.id) {
    if (from != self_.address && may_alarm(now)) alarm_duplicate(from, effects);
    return core::fail(core::Errc::refused, "our own id, from " + from);
  }

  // Every check has passed. From here on nothing can fail.
  must_object_ = false;
  for (const auto& update : part.updates) apply(update, now, effects);
  table_.heard(sender, now);
  on_question(from, sender, part.question, now, effects);
  if (!std::holds_alternative<Ping>(part.question)) speak_up(from, sender, now, effects);
  return {};
}

// An Ack carries objections and accusations by itself. Without one at hand they get a datagram of
// their own, or a member that everybody hears would be declared dead before its next probe.
void Membership::speak_up(const Address& from, core::NodeId sender, core::Instant now,
                          Effects& effects) {
  const auto* member = table_.find(sender);
  const bool is_accused = member != nullptr && member->state != MemberState::alive;
  if (must_object_ || (is_accused && table_.may_remind(sender, now, options_.period))) {
    send(sender, from, {}, effects);
  }
}

core::Result<void> Membership::add(const MemberUpdate& update, core::Instant now,
                                   Effects& effects) {
  if (auto fine = check(update); !fine) return fine;
  apply(update, now, effects);
  return {};
}

void Membership::apply(const MemberUpdate& update, core::Instant now, Effects& effects) {
  if (update.id == self_.id) return on_claim_about_self(update, now, effects);
  const auto* known = table_.find(update.id);
  if (known != nullptr && !overrules(update, *known)) return confirm(update, *known);

  std::optional<MemberState> before;
  if (known != nullptr) before = known->state;
  const bool has_moved = known != nullptr && known->address != update.address;
  if (!table_.put(update, now)) return;
  suspicions_.erase(update.id);
  if (update.state == MemberState::suspect) {
    const auto terms = suspicion_for(group_size(), options_);
    suspicions_.emplace(update.id, Suspicion{update.accuser, terms, now});
  }
  if (!before && !table_.find(update.id)->is_gone()) order_.insert(update.id);
  spread_.offer(update);
  if (before == update.state && !has_moved) return;
  effects.push_back(Changed{update.id, before, update.state});
  effects.push_back(notice_of(*table_.find(update.id), before));
}

void Membership::confirm(const MemberUpdate& update, const Member& member) {
  const bool says_the_same = update.state == MemberState::suspect &&
                             member.state == MemberState::suspect &&
                             update.incarnation == member.incarnation;
  if (!says_the_same) return;
  const auto suspicion = suspicions_.find(update.id);
  STARLING_ASSERT(suspicion != suspicions_.end());
  if (!suspicion->second.confirm(update.accuser)) return;
  auto news = member.claim();
  news.accuser = update.accuser;  // So that this witness too becomes known to all.
  spread_.offer(std::move(news));
}

void Membership::on_claim_about_self(const MemberUpdate& update, core::Instant now,
                                     Effects& effects) {
  if (state_ != State::running) return;
  must_object_ = must_object_ || update.state != MemberState::alive;
  if (is_newer(self_.incarnation, update.incarnation)) {
    // Refuted long ago, and not everybody has heard.
    if (update.state != MemberState::alive) spread_.offer(self_);
    return;
  }
  if (update.state != MemberState::alive) {
    feel(+1);  // Somebody could not reach us: perhaps we are slow.
    return raise_incarnation(update.incarnation, effects);
  }
  if (update.address != self_.address) {
    // Raising at every such claim would make two holders of one id outbid each other for ever.
    if (!may_alarm(now)) return;
    alarm_duplicate(update.address, effects);
  } else if (update.incarnation == self_.incarnation) {
    return;  // Our own words.
  }
  raise_incarnation(update.incarnation, effects);
}

void Membership::raise_incarnation(std::uint64_t above, Effects& effects) {
  self_.incarnation = above + 1;
  effects.push_back(PersistIncarnation{self_.incarnation});
  spread_.offer(self_);
}

bool Membership::may_alarm(core::Instant now) {
  if (alarmed_at_ && now < *alarmed_at_ + alarm_pause) return false;
  alarmed_at_ = now;
  return true;
}

void Membership::alarm_duplicate(const Address& from, Effects& effects) {
  effects.push_back(
      core::Notice{core::Severity::alarm, "membership",
                   "our id " + core::to_text(self_.id) + " is claimed from " + from + " too"});
}

// ---- answering ----------------------------------------------------------------------------------

void Membership::on_question(const Address& from, core::NodeId sender, const Question& question,
                             core::Instant now, Effects& effects) {
  if (const auto* ping = std::get_if<Ping>(&question)) {
    send(sender, from, Ack{ping->sequence}, effects);
  } else if (const auto* ack = std::get_if<Ack>(&question)) {
    on_ack(*ack, sender, now, effects);
  } else if (const auto* request = std::get_if<PingRequest>(&question)) {
    on_ping_request(from, sender, *request, now, effects);
  }
}

void Membership::on_ack(const Ack& ack, core::NodeId sender, core::Instant now, Effects& effects) {
  if (probe_.is_waiting_for(ack.sequence)) {
    if (sender == probe_.target()) table_.measured(sender, now - probe_.begun_at());
    table_.heard(probe_.target(), now);  // Perhaps through a helper.
    probe_.end();
    feel(-1);
    // Patience is for silence. Once it is over, so is the long period.
    next_period_ = std::min(next_period_, now + options_.period);
  } else if (const auto relay = relays_.take(ack.sequence)) {
    send(relay->asker, relay->address, Ack{relay->sequence}, effects);
  }
}

void Membership::on_ping_request(const Address& from, core::NodeId sender,
                                 const PingRequest& request, core::Instant now, Effects& effects) {
  relays_.expire(now);
  const auto sequence = ++sequence_;
  const auto until = now + options_.period * health_multiplier_max;
  if (!relays_.add(sequence, {sender, from, request.sequence, until})) return;
  const auto* known = table_.find(request.target);
  const auto& address = known != nullptr ? known->address : request.target_address;
  send(request.target, address, Ping{sequence, request.target}, effects);
}

// ---- asking -------------------------------------------------------------------------------------

void Membership::on_time(core::Instant now, Effects& effects) {
  if (state_ != State::running) return;
  if (now > *next_deadline() + options_.period) forgive_after_sleep(now);
  declare_overdue_dead(now, effects);
  if (now >= next_period_) {
    conclude_probe(now, effects);
    begin_period(now, effects);
  } else if (probe_.next_deadline() && now >= *probe_.next_deadline()) {
    ask_helpers(now, effects);
  }
}

std::optional<core::Instant> Membership::next_deadline() const {
  if (state_ != State::running) return std::nullopt;
  auto next = next_period_;
  if (const auto deadline = probe_.next_deadline()) next = std::min(next, *deadline);
  for (const auto& [id, suspicion] : suspicions_) next = std::min(next, suspicion.deadline());
  return next;
}

// We were stopped, or very slow: whatever went unanswered meanwhile may lie in our own inbox.
void Membership::forgive_after_sleep(core::Instant now) {
  probe_.end();
  for (auto& [id, suspicion] : suspicions_) suspicion.restart(now);
  feel(+1);
}

void Membership::begin_period(core::Instant now, Effects& effects) {
  // A little jitter keeps nodes that once fell into step from staying there.
  const auto period = stretched(options_.period);
  const auto jitter = static_cast<std::uint64_t>(period.count() / 8);
  next_period_ = now + period - core::Duration{static_cast<std::int64_t>(prng_.below(jitter))};
  if (const auto target = order_.next(table_)) {
    probe_.begin({*target, ++sequence_, stretched(options_.ack_patience)}, now);
    send(*target, table_.find(*target)->address, Ping{sequence_, *target}, effects);
  }
  // One of the gone as well. Nobody waits for the answer: it would be a refutation.
  if (const auto gone = table_.next_gone(gone_probed_)) {
    gone_probed_ = *gone;
    send(*gone, table_.find(*gone)->address, Ping{++sequence_, *gone}, effects);
  }
}

void Membership::ask_helpers(core::Instant now, Effects& effects) {
  const auto* target = table_.find(probe_.target());
  if (target == nullptr) return probe_.end();
  const auto helpers = order_.pick(table_, options_.helpers, target->id);
  probe_.ask(helpers, now);
  for (const auto helper : helpers) {
    const PingRequest request{probe_.sequence(), target->id, target->address};
    send(helper, table_.find(helper)->address, request, effects);
  }
}

void Membership::conclude_probe(core::Instant now, Effects& effects) {
  if (probe_.state() == Probe::State::resting) return;
  const bool was_left_alone = were_helpers_silent();
  probe_.end();
  const auto* target = table_.find(probe_.target());
  if (target == nullptr || target->is_gone() || target->heard_at >= probe_.begun_at()) return;
  if (was_left_alone) feel(+1);
  accuse(*target, now, effects);
}

// When not even a helper gives a sign, the fault is probably ours.
bool Membership::were_helpers_silent() const {
  return std::ranges::none_of(probe_.helpers(), [&](core::NodeId id) {
    const auto* helper = table_.find(id);
    return helper != nullptr && helper->heard_at >= probe_.asked_at();
  });
}

void Membership::accuse(const Member& member, core::Instant now, Effects& effects) {
  // Who suspects everybody at once is more likely to be sick than right. What is over the limit
  // gets its turn later.
  const auto own_max = std::max<std::size_t>(3, group_size() / 4);
  const auto own = std::ranges::count_if(
      suspicions_, [&](const auto& entry) { return entry.second.accuser() == self_.id; });
  if (member.state == MemberState::alive && static_cast<std::size_t>(own) >= own_max) {
    return feel(+1);
  }
  auto claim = member.claim();
  claim.state = MemberState::suspect;
  claim.accuser = self_.id;
  apply(claim, now, effects);
}

void Membership::declare_overdue_dead(core::Instant now, Effects& effects) {
  std::vector<MemberUpdate> claims;
  for (auto& [id, suspicion] : suspicions_) {
    if (now < suspicion.deadline()) continue;
    const auto* member = table_.find(id);
    STARLING_ASSERT(member != nullptr);
    // We hear it, so it lives, whoever cannot. It will refute when it hears of it.
    if (member->heard_at > suspicion.since()) {
      suspicion.restart(now);
      continue;
    }
    auto claim = member->claim();
    claim.state = MemberState::dead;
    claim.accuser = self_.id;
    claims.push_back(std::move(claim));
  }
  for (const auto& claim : claims) apply(claim, now, effects);
}

// ---- saying -------------------------------------------------------------------------------------

void Membership::send(core::NodeId to, const Address& address, Question question,
                      Effects& effects) {
  auto room = limits::membership_part_bytes_max - bytes_of(question);
  const bool is_ping = std::holds_alternative<Ping>(question);
  Part part{.question = std::move(question), .updates = {}};
  std::vector<core::NodeId> said;
  const auto say = [&](const MemberUpdate& update) {
    if (bytes_of(update) > room) return;
    room -= bytes_of(update);
    said.push_back(update.id);
    part.updates.push_back(update);
  };
  // Who is accused hears it from everyone who speaks to him, or he could not object.
  const auto* member = table_.find(to);
  if (member != nullptr && member->state != MemberState::alive) say(member->claim());
  // A ping introduces its sender, to whom it may be new.
  if (is_ping) say(self_);
  for (auto& update : spread_.take(room, transmissions_max(), said)) {
    part.updates.push_back(std::move(update));
  }
  effects.push_back(Send{address, std::move(part)});
}

std::size_t Membership::transmissions_max() const {
  return transmission_multiplier * log10_ceiling(group_size() + 1);
}

void Membership::feel(std::int64_t worse) {
  poor_health_ = std::clamp<std::int64_t>(poor_health_ + worse, 0, health_multiplier_max - 1);
}

}
