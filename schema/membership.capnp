@0xc64bdd9dafa1d325;
# Who is there. SWIM (Das, Gupta, Motivala 2002) with Lifeguard (Dadgar, Phillips, Currey 2018) by
# datagrams; the join, and the roster that it makes, over a link.
#
#   A ── Ping ──▶ B ── Ack ──▶ A                                  each period, one member at random
#   A ── PingRequest ──▶ C ── Ping ──▶ B ── Ack ──▶ C ── Ack ──▶ A      when B was silent
#
# A member that answers neither way is suspect, and dead when nobody has refuted that in time. Only
# its subject refutes a claim, by raising its own incarnation. The dead are still probed.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

enum MemberState {
  # For one incarnation left > dead > suspect > alive.
  alive @0;
  suspect @1;
  dead @2;
  left @3;
}

struct MemberUpdate {
  # One claim about one member, passed on unchanged from node to node.
  id @0 :UInt64;
  # Never 0.
  state @1 :MemberState;
  incarnation @2 :UInt64;
  # Newer beats older, modulo 2^64 (RFC 1982). Persisted and raised by its owner alone.
  address @3 :Text;
  # "host:port" where the member can be reached, at most 256 printable ASCII characters; empty when
  # the speaker does not know.
  name @4 :Text;
  # For people, at most 64 bytes without control characters.
  accuser @5 :UInt64;
  # Who says suspect or dead on its own evidence; 0 for alive and left. A claim heard twice from one
  # accuser is one witness.
}

struct Ping {
  # Answered by an Ack with the same sequence.
  sequence @0 :UInt32;
  # Drawn by the asker, who forgets it at the end of its period.
  target @1 :UInt64;
  # Who is meant: another node that has got the address does not answer.
}

struct Ack {
  sequence @0 :UInt32;
}

struct PingRequest {
  # "Ping the target for me, and send me an Ack with this sequence when it answers." No answer
  # otherwise.
  sequence @0 :UInt32;
  target @1 :UInt64;
  targetAddress @2 :Text;
}

struct Part {
  # The membership part of a datagram: at most one question or answer, and news in the room that is
  # left: at most 32 updates.
  question :union {
    none @0 :Void;
    ping @1 :Ping;
    ack @2 :Ack;
    pingRequest @3 :PingRequest;
  }
  updates @4 :List(MemberUpdate);
}

struct RosterEntry {
  # A member whose data counts. It stays one while dead, until it is forgotten on purpose.
  id @0 :UInt64;
  name @1 :Text;
}

struct JoinRequest {
  # "Here I am, take me in." By the side that dialled, as soon as the link is up; by either side
  # when roster hashes differ. Answered by JoinReply.
  self @0 :MemberUpdate;
  horizon @1 :UInt64;
  # hlc; 0 until it has moved. Rosters merge by union only while neither horizon has moved.
  roster @2 :List(RosterEntry);
  # At most 2048; empty: the sender has none yet.
}

struct JoinReply {
  accepted @0 :Bool;
  reason @1 :Text;
  # For people, when not accepted; at most 256 bytes.
  horizon @2 :UInt64;
  roster @3 :List(RosterEntry);
  # The merged roster, at most 2048, in the sender's store before this leaves.
  members @4 :List(MemberUpdate);
  # All that the sender knows, itself included, at most 2048.
}
