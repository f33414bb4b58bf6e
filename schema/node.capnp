@0xd20d8d4026317061;
# What leaves a node: datagrams, and on every stream to a peer one Hello each way and then frames.
# Each of the three opens with protocol version and cluster id, which are checked before anything
# else is believed: a stranger is dropped, counted, and its address never learned. And the one thing
# that a node asks of another on behalf of an application: to compare itself with a third.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

using Common = import "common.capnp";
using Gossip = import "gossip.capnp";
using Membership = import "membership.capnp";
using Reconcile = import "reconcile.capnp";

struct Datagram {
  # At most 1200 bytes, one message in standard form, so it passes every tunnel unfragmented. The
  # head takes 96 bytes, in clear and sealed alike: keys will not change what fits.
  protocolVersion @0 :UInt16;
  keyId @1 :UInt32;
  # Which key of the pair sealed the content. 0: in clear, only where both sides were told so.
  cluster @2 :UInt64;
  sender @3 :UInt64;
  # Node id, never 0.
  incarnation @4 :UInt64;
  # Of the sender.
  hlc @5 :UInt64;
  # The sender's clock reading.
  counter @6 :UInt64;
  # Rises with every datagram under one key: what is not above the newest ones heard is a replay.
  # 0 in clear.
  tagLow @7 :UInt64;
  tagHigh @8 :UInt64;
  # Authenticates head and content. 0 in clear.
  content :union {
    clear :group {
      membership @9 :Membership.Part;
      # Null when it would be empty.
      beat @10 :Gossip.Beat;
      # Null: none.
    }
    sealed @11 :Data;
    # The same two, encrypted. Kept for the keys of the pair; dropped as foreign until then.
  }
}

struct Frame {
  # At most 16 MiB + 64 KiB. How frames are told apart on the stream is transport's: a length, then
  # this message in standard form.
  protocolVersion @0 :UInt16;
  cluster @1 :UInt64;
  hlc @2 :UInt64;
  # The sender's clock reading.
  body :union {
    joinRequest @3 :Membership.JoinRequest;
    joinReply @4 :Membership.JoinReply;
    rumours @5 :Gossip.Rumours;
    reconcile @6 :Reconcile.Message;
    compareRequest @7 :CompareRequest;
    compareCancel @8 :CompareCancel;
    compareReply @9 :CompareReply;
  }
}

struct CompareRequest {
  # "Compare yourself with this member, and tell me what differs": an application of the sender asked
  # for a diff that starts at the receiver. The receiver opens a session of purpose compare, at the
  # first cut after it heard this, and tells what that finds in any number of CompareReply. It walks
  # at most 3 for one peer at a time; the next one is refused in a summary.
  number @0 :UInt64;
  # Counted up by the sender. Names the comparison on this link until its summary, a CompareCancel
  # or the end of the link, whichever is first.
  peer @1 :UInt64;
  # Node id, never 0; perhaps the sender's.
  range @2 :Common.Range;
}

struct CompareCancel {
  # Nobody listens any more. No answer; what is on its way is passed over.
  number @0 :UInt64;
}

struct CompareEntry {
  # One key that differs, "ours" being the node that walks. At least one of the two records is there.
  key @0 :Data;
  ours @1 :Data;
  # The record as of the cut, as in KeyedRecord, without its value: a tombstone, or flagged as value
  # dropped. Null: absent.
  theirs @2 :Data;
  ourBytes @3 :UInt64;
  # Lengths of the values.
  theirBytes @4 :UInt64;
}

struct CompareSummary {
  trouble @0 :Text;
  # For people, at most 256 bytes without control characters; empty: the comparison came to its end.
  # Else the rest is partial.
  fromName @1 :Text;
  # The names and the id of both nodes as the walking one knows them, at most 64 bytes each without
  # control characters.
  peerName @2 :Text;
  peer @3 :UInt64;
  cut @4 :UInt64;
  leaves @5 :UInt64;
  # Of the walking node's tree.
  rangesCompared @6 :UInt64;
  leavesDiffer @7 :UInt64;
  keysDiffer @8 :UInt64;
  # As many entries were sent, unless there was trouble: whoever got fewer has lost some.
  inFlight @9 :UInt64;
  # Versions newer than the cut on the walking node.
  bytesSent @10 :UInt64;
  # Of descent and heads, between the two nodes that are compared.
  bytesReceived @11 :UInt64;
  roundTrips @12 :UInt64;
  took @13 :UInt64;
  # Nanoseconds, below 2^63.
}

struct CompareReply {
  # What was found since the last one. At least one every 2 seconds, empty if need be: ten seconds of
  # silence end the comparison for whoever asked.
  number @0 :UInt64;
  # Of the request.
  entries @1 :List(CompareEntry);
  # In no particular order, about 64 KiB, at most 4096.
  summary @2 :CompareSummary;
  # Null: there is more to come.
}

struct Hello {
  # The first frame each way on a stream: who speaks. Who accepted the stream says it at once; who
  # dialled hears it first, and hangs up in silence when it is linked to that node already. Then an
  # empty frame from who accepted confirms the link, and frames flow. A node id that is our own ends
  # the stream. At most 4 KiB.
  protocolVersion @0 :UInt16;
  digestVersion @1 :UInt16;
  # Nodes of another digest version stay linked: membership and rumours go on, sessions do not.
  cluster @2 :UInt64;
  nodeId @3 :UInt64;
  # Never 0.
  name @4 :Text;
  # For people, at most 64 bytes without control characters.
  address @5 :Text;
  # "host:port" where the sender says that it can be reached, at most 256 characters.
  identity @6 :Data;
  # Proof of the node id, once nodes have identities. Empty and passed over until then.
}
