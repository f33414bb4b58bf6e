// schema/membership.capnp

#include <schema/membership.capnp.h>

#include <variant>

#include "core/limits.h"
#include "wire/parts.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using membership::MemberState;

static_assert(static_cast<int>(schema::MemberState::LEFT) == static_cast<int>(MemberState::left));

void write_update(schema::MemberUpdate::Builder to, const membership::MemberUpdate& update) {
  to.setId(update.id.value);
  to.setState(static_cast<schema::MemberState>(update.state));
  to.setIncarnation(update.incarnation);
  to.setAddress(update.address.c_str());
  to.setName(update.name.c_str());
  to.setAccuser(update.accuser.value);
}

membership::MemberUpdate read_update(schema::MemberUpdate::Reader from, Intake& intake) {
  membership::MemberUpdate update;
  update.id = intake.node_id(from.getId());
  update.state = intake.enumerator(static_cast<std::uint16_t>(from.getState()), MemberState::left);
  update.incarnation = from.getIncarnation();
  update.address = intake.address(view_of(from.getAddress()));
  update.name = intake.text(view_of(from.getName()), limits::node_name_bytes_max, "name");
  update.accuser = {from.getAccuser()};
  return update;
}

std::vector<membership::MemberUpdate> read_updates(capnp::List<schema::MemberUpdate>::Reader from,
                                                   std::size_t max, Intake& intake) {
  return take_list<membership::MemberUpdate>(
      from, max, "members", intake, [&](auto update) { return read_update(update, intake); });
}

void write_entry(schema::RosterEntry::Builder to, const membership::RosterEntry& entry) {
  to.setId(entry.id.value);
  to.setName(entry.name.c_str());
}

membership::RosterEntry read_entry(schema::RosterEntry::Reader from, Intake& intake) {
  return {intake.node_id(from.getId()),
          intake.text(view_of(from.getName()), limits::node_name_bytes_max, "name")};
}

std::vector<membership::RosterEntry> read_roster(capnp::List<schema::RosterEntry>::Reader from,
                                                 Intake& intake) {
  return take_list<membership::RosterEntry>(from, limits::roster_members_max, "roster entries",
                                            intake,
                                            [&](auto entry) { return read_entry(entry, intake); });
}

std::size_t words_of_update(const membership::MemberUpdate& update) {
  return 4 + words_of_bytes(update.address.size()) + words_of_bytes(update.name.size());
}

std::size_t words_of_roster(const std::vector<membership::RosterEntry>& roster) {
  return words_of_each(roster,
                       [](const auto& entry) { return 1 + words_of_bytes(entry.name.size()); });
}

void write_question(schema::Part::Question::Builder to, const std::monostate&) { to.setNone(); }

void write_question(schema::Part::Question::Builder to, const membership::Ping& ping) {
  auto out = to.initPing();
  out.setSequence(ping.sequence);
  out.setTarget(ping.target.value);
}

void write_question(schema::Part::Question::Builder to, const membership::Ack& ack) {
  to.initAck().setSequence(ack.sequence);
}

void write_question(schema::Part::Question::Builder to, const membership::PingRequest& request) {
  auto out = to.initPingRequest();
  out.setSequence(request.sequence);
  out.setTarget(request.target.value);
  out.setTargetAddress(request.target_address.c_str());
}

membership::Question read_question(schema::Part::Question::Reader from, Intake& intake) {
  switch (from.which()) {
    case schema::Part::Question::NONE:
      return std::monostate{};
    case schema::Part::Question::PING: {
      const auto ping = from.getPing();
      return membership::Ping{ping.getSequence(), intake.node_id(ping.getTarget())};
    }
    case schema::Part::Question::ACK:
      return membership::Ack{from.getAck().getSequence()};
    case schema::Part::Question::PING_REQUEST: {
      const auto request = from.getPingRequest();
      return membership::PingRequest{request.getSequence(), intake.node_id(request.getTarget()),
                                     intake.address(view_of(request.getTargetAddress()))};
    }
  }
  intake.require(false, "a question that is not known");
  return std::monostate{};
}

}

void write_part(To<schema::Part> to, const membership::Part& part) {
  std::visit([&](const auto& question) { write_question(to.there.getQuestion(), question); },
             part.question);
  write_each(to.there.initUpdates(static_cast<unsigned>(part.updates.size())), part.updates,
             write_update);
}

membership::Part read_part(From<schema::Part> from, Intake& intake) {
  return {read_question(from.there.getQuestion(), intake),
          read_updates(from.there.getUpdates(), limits::part_updates_max, intake)};
}

void write_join_request(To<schema::JoinRequest> to, const membership::JoinRequest& request) {
  write_update(to.there.initSelf(), request.self);
  to.there.setHorizon(request.horizon);
  write_each(to.there.initRoster(static_cast<unsigned>(request.roster.size())), request.roster,
             write_entry);
}

membership::JoinRequest read_join_request(From<schema::JoinRequest> from, Intake& intake) {
  return {read_update(from.there.getSelf(), intake), from.there.getHorizon(),
          read_roster(from.there.getRoster(), intake)};
}

std::size_t words_of(const membership::JoinRequest& request) {
  return 4 + words_of_update(request.self) + words_of_roster(request.roster);
}

void write_join_reply(To<schema::JoinReply> to, const membership::JoinReply& reply) {
  to.there.setAccepted(reply.accepted);
  to.there.setReason(reply.reason.substr(0, limits::reason_bytes_max).c_str());
  to.there.setHorizon(reply.horizon);
  write_each(to.there.initRoster(static_cast<unsigned>(reply.roster.size())), reply.roster,
             write_entry);
  write_each(to.there.initMembers(static_cast<unsigned>(reply.members.size())), reply.members,
             write_update);
}

membership::JoinReply read_join_reply(From<schema::JoinReply> from, Intake& intake) {
  membership::JoinReply reply;
  reply.accepted = from.there.getAccepted();
  reply.reason = intake.text(view_of(from.there.getReason()), limits::reason_bytes_max, "reason");
  reply.horizon = from.there.getHorizon();
  reply.roster = read_roster(from.there.getRoster(), intake);
  reply.members = read_updates(from.there.getMembers(), limits::roster_members_max, intake);
  return reply;
}

std::size_t words_of(const membership::JoinReply& reply) {
  return 4 + words_of_bytes(limits::reason_bytes_max) + words_of_roster(reply.roster) +
         words_of_each(reply.members, words_of_update);
}

}
