#pragma once
// One message of every kind, each field set to something that is not its default. Their encodings
// are frozen, and hostile bytes are made out of them.

#include <string>
#include <vector>

#include "core/key.h"
#include "node/messages.h"
#include "wire/codec.h"

namespace starling::golden {

inline constexpr core::ClusterId cluster{0xC1C2C3C4C5C6C7C8};

inline core::Range range(const char* begin, const char* end) {
  return {core::encode_key(begin), core::encode_key(end)};
}

inline std::vector<ports::KeyedRecord> records() {
  return {{core::encode_key("cart:8123"),
           {.head = {.stamp = {{0x0192'0000'0001'0002}, {0x1111222233334444}},
                     .value_hash = 0xABCDEF0123456789,
                     .expiry_ms = 1'800'000'000'000},
            .value = "three apples"}},
          {core::encode_key("cfg"),
           {.head = {.stamp = {{0x0192'0000'0002'0000}, {0x5555666677778888}},
                     .value_hash = 7,
                     .expiry_ms = 1'700'000'000'000},
            .value = {},
            .value_dropped = true}},
          {core::encode_key(std::string("z\0ip", 4)),
           {.head = {.stamp = {{0x0192'0000'0003'0000}, {0x5555666677778888}}, .tombstone = true},
            .value = {}}}};
}

inline membership::MemberUpdate update() {
  return {.id = {0x0102030405060708},
          .state = membership::MemberState::suspect,
          .incarnation = 42,
          .address = "10.0.0.2:7381",
          .name = "edge-b",
          .accuser = {0x1112131415161718}};
}

inline std::vector<membership::RosterEntry> roster() { return {{{1}, "edge-a"}, {{2}, "edge-b"}}; }

inline std::vector<reconcile::Division> divisions(std::uint64_t high) {
  return {{.range = range("a", "m"),
           .level = 2,
           .boundaries = {0xB1, 0xB2},
           .fingerprints = {high | 0xF1, high | 0xF2, high | 0xF3}},
          {.range = {core::Bytes{core::users_begin}, core::Bytes{core::users_end}},
           .level = 0,
           .boundaries = {},
           .fingerprints = {high | 0xF4}}};
}

inline std::vector<node::CompareEntry> entries() {
  const auto stored = records();
  return {{stored[0].key, stored[0].record.head, stored[1].record.head, 47, 48},
          {stored[1].key, stored[1].record.head, {}, 49, 0},
          {stored[2].key, {}, stored[2].record.head, 0, 50}};
}

inline node::CompareSummary summary() {
  return {.trouble = "part of it",
          .from_name = "edge-b",
          .peer_name = "edge-c",
          .peer = {51},
          .cut = {1'700'000'003},
          .leaves = 52,
          .ranges_compared = 53,
          .leaves_differ = 54,
          .keys_differ = 55,
          .in_flight = 56,
          .bytes_sent = 57,
          .bytes_received = 58,
          .round_trips = 59,
          .took = core::Duration{60}};
}

struct NamedDatagram {
  std::string file;  // Below tests/golden/, without version and ending.
  node::Datagram message;
};
struct NamedFrame {
  std::string file;
  node::Frame message;
};

inline wire::Hello hello() {
  return {.node = {9}, .name = "edge-a", .address = "edge-a.example:7381", .digest_version = 1};
}

inline std::vector<NamedDatagram> datagrams() {
  const node::Datagram head{.sender = {0xA1A2A3A4A5A6A7A8},
                            .incarnation = 3,
                            .hlc = {0x0192'0000'0000'0001},
                            .membership = {},
                            .beat = {}};
  auto beat = head;
  beat.beat = gossip::Beat{.cut = {1'700'000'001},
                           .root = {5, {6, 7}},
                           .horizon = {8},
                           .roster_hash = 9,
                           .acknowledgement = {10},
                           .digest_version = 1,
                           .frozen = true};
  auto ping = head;
  ping.membership = {membership::Ping{11, {12}}, {update()}};
  auto acknowledgement = beat;
  acknowledgement.membership.question = membership::Ack{13};
  auto ping_request = head;
  ping_request.membership.question = membership::PingRequest{14, {15}, "10.0.0.3:7381"};
  return {{"gossip/beat", beat},
          {"membership/ping", ping},
          {"membership/ack", acknowledgement},
          {"membership/ping_request", ping_request}};
}

inline std::vector<NamedFrame> frames() {
  const reconcile::SessionId session{0x5E55105E55105E55};
  const reconcile::Basis basis{{1'700'000'001}, 0x5A175A175A175A17};
  const std::uint64_t high = 0xFEED'0000'0000'0000;
  std::vector<NamedFrame> named;
  const auto add = [&](const char* file, node::StreamBody body) {
    named.push_back({file, {{0x0192'0000'0000'0002}, std::move(body)}});
  };
  const auto say = [&](const char* file, reconcile::Message message) {
    add(file, std::move(message));
  };
  add("membership/join_request", membership::JoinRequest{update(), 16, roster()});
  add("membership/join_reply",
      membership::JoinReply{true, "you are new", 17, roster(), {update(), update()}});
  add("gossip/rumours", gossip::Rumours{18, records()});
  say("reconcile/probe", reconcile::Probe{.session = session,
                                          .purpose = reconcile::Purpose::compare,
                                          .basis = basis,
                                          .root = {19, {20, 21}},
                                          .horizon = {22},
                                          .roster_hash = 23,
                                          .digest_version = 1});
  say("reconcile/probe_reply", reconcile::ProbeReply{.session = session,
                                                     .verdict = reconcile::Verdict::differ,
                                                     .newest_cut = {1'700'000'002},
                                                     .count = 24,
                                                     .leaves = 25,
                                                     .train = divisions(0)});
  say("reconcile/descend", reconcile::Descend{.session = session,
                                              .basis = basis,
                                              .request = 26,
                                              .divisions = divisions(high),
                                              .to_list = {range("n", "o"), range("p", "q")}});
  say("reconcile/descend_reply",
      reconcile::DescendReply{
          .session = session,
          .request = 27,
          .gone = false,
          .divisions = divisions(high),
          .lists = {{range("n", "o"), {{28, {29}, 30}, {31, {32}, 33}}}, {range("p", "q"), {}}}});
  say("reconcile/pull", reconcile::Pull{.session = session,
                                        .basis = basis,
                                        .request = 34,
                                        .want = ports::Want::values,
                                        .wanted = {{range("n", "o"), {35, 36, 37}}}});
  say("reconcile/pull_reply", reconcile::PullReply{.session = session,
                                                   .request = 38,
                                                   .gone = true,
                                                   .is_complete = false,
                                                   .records = records(),
                                                   .value_bytes = {12, 39, 0}});
  say("reconcile/push", reconcile::Push{session, 40, records()});
  say("reconcile/push_reply", reconcile::PushReply{session, 41, 42});
  say("reconcile/abort", reconcile::Abort{session});
  add("node/compare_request", node::CompareRequest{43, {44}, range("n", "o")});
  add("node/compare_cancel", node::CompareCancel{45});
  add("node/compare_reply", node::CompareReply{46, entries(), summary()});
  return named;
}

}
