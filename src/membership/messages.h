#pragma once
// What members say about each other: the membership part of a datagram, and the join over a link.
// schema/membership.capnp is the specification.
//
// SWIM: Das, Gupta, Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group
// Membership Protocol" (2002); Lifeguard: Dadgar, Phillips, Currey (2018).

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"

namespace starling::membership {

// Where a node can be reached, as "host:port" in text: opaque below the waterline.
using Address = std::string;

enum class MemberState : std::uint8_t { alive, suspect, dead, left };

// One claim about one member. For one incarnation left > dead > suspect > alive; a newer
// incarnation beats an older one, and only its owner raises it. Newer is meant modulo 2^64
// (RFC 1982), so that no claim, however large its number, is beyond refutation.
struct MemberUpdate {
  core::NodeId id;
  MemberState state = MemberState::alive;
  std::uint64_t incarnation = 0;
  Address address;
  std::string name;
  // Who says suspect or dead on its own evidence, whoever passes it on; nobody for alive and left.
  // Without it one accuser's word, heard twice, would look like two witnesses.
  core::NodeId accuser;
  friend bool operator==(const MemberUpdate&, const MemberUpdate&) = default;
};

struct Ping {
  std::uint32_t sequence = 0;
  core::NodeId target;  // Who is meant; another node at that address does not answer.
  friend bool operator==(const Ping&, const Ping&) = default;
};
struct Ack {
  std::uint32_t sequence = 0;
  friend bool operator==(const Ack&, const Ack&) = default;
};
// "Ping the target for me and tell me when it answers": an Ack with the same sequence.
struct PingRequest {
  std::uint32_t sequence = 0;
  core::NodeId target;
  Address target_address;
  friend bool operator==(const PingRequest&, const PingRequest&) = default;
};

using Question = std::variant<std::monostate, Ping, Ack, PingRequest>;

// The membership part of one datagram.
struct Part {
  Question question;
  std::vector<MemberUpdate> updates;
  friend bool operator==(const Part&, const Part&) = default;
};

// A member of the roster: an id whose data counts. The name is for people.
struct RosterEntry {
  core::NodeId id;
  std::string name;
  friend bool operator==(const RosterEntry&, const RosterEntry&) = default;
};

// Over a link, right after it is up: "here I am; take me in". Also sent when roster hashes differ.
struct JoinRequest {
  MemberUpdate self;
  std::uint64_t horizon = 0;        // Has it moved? Then rosters do not merge by union.
  std::vector<RosterEntry> roster;  // Empty: the sender has none yet.
  friend bool operator==(const JoinRequest&, const JoinRequest&) = default;
};

struct JoinReply {
  bool accepted = false;
  std::string reason;  // For people, when not accepted.
  std::uint64_t horizon = 0;
  std::vector<RosterEntry> roster;    // The merged one, already persisted by the sender.
  std::vector<MemberUpdate> members;  // All that the sender knows, itself included.
  friend bool operator==(const JoinReply&, const JoinReply&) = default;
};

}
