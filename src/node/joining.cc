#include "node/joining.h"

#include <utility>

namespace starling::node {
namespace {

constexpr core::Duration ask_again_after = std::chrono::seconds{2};

}

Joining::Joining(Replica& replica, membership::Membership& members, const Persisted& persisted)
    : replica_{replica}, members_{members}, horizon_{persisted.horizon} {
  if (!persisted.roster) return;
  auto decoded = membership::Roster::decode(*persisted.roster);
  if (!decoded) {
    replica_.notice(core::Severity::alarm, "roster",
                    "the stored roster is unreadable: " + decoded.error().detail);
    return;
  }
  roster_ = std::move(*decoded);
  next_roster_ = roster_;
  replica_.has_roster = roster_.contains(replica_.options.id);
}

membership::RosterEntry Joining::self() const {
  return {replica_.options.id, replica_.options.name};
}

void Joining::start() {
  for (const auto& seed : replica_.options.seeds) replica_.outbox.at_once(Dial{seed});
  if (replica_.has_roster) return;
  if (replica_.options.seeds.empty()) {
    static_cast<void>(unite({}, [] {}));
  } else {
    patience_ = replica_.present().instant + replica_.options.first_start_patience;
  }
}

void Joining::on_link_up(const LinkUp& link) {
  links_.insert(link.peer);
  asked_.erase(link.peer);
  ask(link.peer);
}

void Joining::ask(core::NodeId peer) {
  asked_.insert_or_assign(peer, replica_.present().instant);
  replica_.outbox.at_once(
      SendFrame{peer,
                {replica_.hlc(),
                 membership::JoinRequest{members_.self(), horizon_.value, roster_.entries()}}});
}

core::Result<void> Joining::on_request(core::NodeId peer, const membership::JoinRequest& request,
                                       membership::Effects& effects) {
  if (request.self.id != peer) {
    return core::fail(core::Errc::unexpected, "a join request in somebody else's name");
  }
  const bool has_moved = request.horizon != 0 || horizon_ != core::Hlc{};
  if (has_moved && !roster_.contains(peer)) {
    replica_.outbox.at_once(SendFrame{
        peer,
        {replica_.hlc(),
         membership::JoinReply{
             false, "a horizon has moved: join through a sponsor", horizon_.value, {}, {}}}});
    return {};
  }
  if (auto added = members_.add(request.self, replica_.present().instant, effects); !added) {
    return added;
  }
  auto others = request.roster;
  others.push_back({peer, request.self.name});
  return unite(others, [this, peer] {
    membership::JoinReply reply{true, {}, horizon_.value, roster_.entries(), {members_.self()}};
    for (const auto& [id, member] : members_.members().rows()) {
      reply.members.push_back(member.claim());
    }
    replica_.outbox.at_once(SendFrame{peer, {replica_.hlc(), std::move(reply)}});
  });
}

core::Result<void> Joining::on_reply(core::NodeId peer, const membership::JoinReply& reply,
                                     membership::Effects& effects) {
  if (!asked_.contains(peer)) return core::fail(core::Errc::unexpected, "nobody asked to join");
  if (!reply.accepted) {
    replica_.notice(core::Severity::alarm, "roster",
                    core::to_text(peer) + " does not take us in: " + reply.reason);
    return {};
  }
  for (const auto& update : reply.members) {
    auto added = members_.add(update, replica_.present().instant, effects);
    if (!added) return added;
  }
  return unite(reply.roster, [] {});
}

core::Result<void> Joining::unite(std::span<const membership::RosterEntry> others,
                                  Outbox::Step told) {
  auto united = next_roster_;
  auto added = united.merge_union(others);
  if (!added) return std::unexpected(added.error());
  const membership::RosterEntry us[] = {self()};
  auto added_us = united.merge_union(us);
  if (!added_us) return std::unexpected(added_us.error());

  patience_.reset();
  if (united != next_roster_) {
    next_roster_ = united;
    replica_.records.write_meta(ports::Meta::roster, united.encode());
  }
  // Persist first: a roster that is told and then forgotten would let a horizon pass us by.
  replica_.outbox.after_synced(
      [this, united = std::move(united), told = std::move(told)]() mutable {
        roster_ = std::move(united);
        replica_.has_roster = true;
        told();
      });
  return {};
}

void Joining::on_changed(const membership::Changed& change) {
  const auto* member = members_.members().find(change.id);
  if (member == nullptr) return;
  const auto dialled = dialled_.find(change.id);
  const bool is_gone_for_good = change.after == membership::MemberState::left;
  if (dialled != dialled_.end()) {
    if (dialled->second == member->address && !is_gone_for_good) return;
    replica_.outbox.at_once(Undial{dialled->second});
    dialled_.erase(dialled);
  }
  if (is_gone_for_good) return;
  dialled_.emplace(change.id, member->address);
  replica_.outbox.at_once(Dial{member->address});
}

void Joining::on_other_roster(core::NodeId peer) {
  if (!links_.contains(peer)) return;
  const auto asked = asked_.find(peer);
  if (asked != asked_.end() && replica_.present().instant < asked->second + ask_again_after) return;
  ask(peer);
}

void Joining::on_time() {
  if (patience_ && replica_.present().instant >= *patience_) {
    replica_.notice(core::Severity::warning, "roster",
                    "no seed answered in time: this node starts a roster of its own");
    static_cast<void>(unite({}, [] {}));
  }
}

std::optional<core::Instant> Joining::next_deadline() const { return patience_; }

}
