#pragma once
// Messages of all shapes, to be drawn inside a RapidCheck law. Small numbers and short strings are
// common, lists are short; the largest of everything is for other tests.

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/key.h"
#include "core/limits.h"
#include "node/messages.h"
#include "wire/hello.h"

namespace starling::wire::testing {

inline std::uint64_t any_number() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                         rc::gen::inRange<std::uint64_t>(0, 4));
}
inline std::uint32_t any_short_number() { return static_cast<std::uint32_t>(any_number()); }
inline bool any_bool() { return *rc::gen::arbitrary<bool>(); }
inline core::NodeId any_node() { return {any_number() | 1}; }
inline core::Cut any_cut() { return {any_number() % (core::Hlc::ms_max / 1000 + 1)}; }
inline merkle::Summary any_summary() { return {any_number(), {any_number(), any_number()}}; }

template <typename Enum>
Enum any_of_up_to(Enum last) {
  return static_cast<Enum>(*rc::gen::inRange<int>(0, static_cast<int>(last) + 1));
}

template <typename Draw>
auto any_list(Draw draw, int length_max = 5) {
  std::vector<decltype(draw())> list;
  for (int left = *rc::gen::inRange(0, length_max + 1); left > 0; --left) list.push_back(draw());
  return list;
}

inline std::string any_string_of(char first, char last, std::size_t length_max) {
  auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(first, last));
  return text.substr(0, length_max);
}
inline std::string any_name() { return any_string_of(' ', '~', core::limits::node_name_bytes_max); }
inline std::string any_address() {
  return any_string_of('!', '~', core::limits::address_bytes_max);
}

inline core::Bytes any_key() {
  return core::encode_key(*rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::just('\0'), rc::gen::arbitrary<char>())));
}

inline core::Range any_range() {
  auto begin = any_key();
  auto end = any_key();
  if (end < begin) std::swap(begin, end);
  if (begin == end) return core::all_users();
  return {begin, end};
}

inline ports::KeyedRecord any_record() {
  core::Record record{.head = {.stamp = {{any_number()}, any_node()}}, .value = {}};
  record.head.expiry_ms = any_number() % (core::limits::expiry_ms_max + 1);
  const int kind = *rc::gen::inRange(0, 4);
  record.head.tombstone = kind == 0;
  record.value_dropped = kind == 1;
  if (!record.head.tombstone) record.head.value_hash = any_number();
  if (kind > 1) record.value = *rc::gen::arbitrary<std::string>();
  return {any_key(), record};
}

inline membership::MemberUpdate any_update() {
  return {any_node(),   any_of_up_to(membership::MemberState::left),
          any_number(), any_address(),
          any_name(),   {any_number()}};
}

inline std::vector<membership::RosterEntry> any_roster() {
  return any_list([] { return membership::RosterEntry{any_node(), any_name()}; });
}

inline membership::Question any_question() {
  switch (*rc::gen::inRange(0, 4)) {
    case 1:
      return membership::Ping{any_short_number(), any_node()};
    case 2:
      return membership::Ack{any_short_number()};
    case 3:
      return membership::PingRequest{any_short_number(), any_node(), any_address()};
    default:
      return std::monostate{};
  }
}

inline gossip::Beat any_beat() {
  return {.cut = any_cut(),
          .root = any_summary(),
          .horizon = {any_number()},
          .roster_hash = any_number(),
          .acknowledgement = {any_number()},
          .digest_version = static_cast<std::uint16_t>(any_number()),
          .frozen = any_bool()};
}

inline node::Datagram any_datagram() {
  node::Datagram datagram{any_node(), any_number(), {any_number()}, {any_question(), {}}, {}};
  datagram.membership.updates = any_list(any_update, 2);
  if (any_bool()) datagram.beat = any_beat();
  return datagram;
}

inline reconcile::SessionId any_session() { return {any_number()}; }
inline reconcile::Basis any_basis() { return {any_cut(), any_number()}; }

inline reconcile::Division any_division(std::uint64_t fingerprint_mask) {
  reconcile::Division division{
      .range = any_range(), .level = 0, .boundaries = {}, .fingerprints = {}};
  division.level = static_cast<std::uint8_t>(*rc::gen::inRange(0, core::limits::tree_levels + 1));
  division.boundaries = any_list(any_short_number);
  while (division.fingerprints.size() <= division.boundaries.size()) {
    division.fingerprints.push_back(any_number() & fingerprint_mask);
  }
  return division;
}
inline reconcile::Division any_whole_division() { return any_division(~std::uint64_t{0}); }
inline reconcile::Division any_low_division() { return any_division(0xFFFF'FFFF); }

inline reconcile::ItemList any_items() {
  return {any_range(), any_list([] {
            return reconcile::Item{any_short_number(), {any_number()}, any_short_number()};
          })};
}

inline reconcile::Wanted any_wanted() { return {any_range(), any_list(any_short_number)}; }

inline reconcile::Message any_reconcile_message() {
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return reconcile::Probe{.session = any_session(),
                              .purpose = any_of_up_to(reconcile::Purpose::compare),
                              .basis = any_basis(),
                              .root = any_summary(),
                              .horizon = {any_number()},
                              .roster_hash = any_number(),
                              .digest_version = static_cast<std::uint16_t>(any_number())};
    case 1:
      return reconcile::ProbeReply{any_session(), any_of_up_to(reconcile::Verdict::foreign),
                                   any_cut(),     any_number(),
                                   any_number(),  any_list(any_low_division)};
    case 2:
      return reconcile::Descend{any_session(), any_basis(), any_short_number(),
                                any_list(any_whole_division), any_list(any_range)};
    case 3:
      return reconcile::DescendReply{any_session(), any_short_number(), any_bool(),
                                     any_list(any_whole_division), any_list(any_items)};
    case 4:
      return reconcile::Pull{any_session(), any_basis(), any_short_number(),
                             any_of_up_to(ports::Want::values), any_list(any_wanted)};
    case 5: {
      reconcile::PullReply reply{any_session(), any_short_number(), any_bool(), any_bool(), {}, {}};
      reply.records = any_list(any_record);
      for (const auto& record : reply.records)
        reply.value_bytes.push_back(record.record.value.size());
      return reply;
    }
    case 6:
      return reconcile::Push{any_session(), any_short_number(), any_list(any_record)};
    case 7:
      return reconcile::PushReply{any_session(), any_short_number(), any_number()};
    default:
      return reconcile::Abort{any_session()};
  }
}

inline std::optional<core::RecordHead> any_head() { return any_record().record.head; }
inline node::CompareEntry any_entry() {
  node::CompareEntry entry{any_key(), any_head(), any_head(), any_number(), any_number()};
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      entry.ours.reset();
      break;
    case 1:
      entry.theirs.reset();
      break;
    default:
      break;
  }
  return entry;
}

inline node::CompareReply any_compare_reply() {
  node::CompareReply reply{any_number(), any_list(any_entry), {}};
  if (any_bool()) return reply;
  auto& summary = reply.summary.emplace();
  summary.trouble = any_name();
  summary.from_name = any_name();
  summary.peer_name = any_name();
  summary.peer = {any_number()};
  summary.cut = any_cut();
  for (auto* figure :
       {&summary.leaves, &summary.ranges_compared, &summary.leaves_differ, &summary.keys_differ,
        &summary.in_flight, &summary.bytes_sent, &summary.bytes_received, &summary.round_trips}) {
    *figure = any_number();
  }
  summary.took = core::Duration{static_cast<std::int64_t>(any_number() >> 1)};
  return reply;
}

inline node::StreamBody any_body() {
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return membership::JoinRequest{any_update(), any_number(), any_roster()};
    case 1:
      return membership::JoinReply{any_bool(), any_name(), any_number(), any_roster(),
                                   any_list(any_update)};
    case 2:
      return gossip::Rumours{any_number() | 1, any_list(any_record)};
    case 3:
      return node::CompareRequest{any_number(), any_node(), any_range()};
    case 4:
      return node::CompareCancel{any_number()};
    case 5:
      return any_compare_reply();
    default:
      return any_reconcile_message();
  }
}

inline node::Frame any_frame() { return {{any_number()}, any_body()}; }

inline Hello any_hello() {
  return {any_node(), any_name(), any_address(), static_cast<std::uint16_t>(any_number())};
}

}
