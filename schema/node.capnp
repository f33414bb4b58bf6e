@0xd20d8d4026317061;
# What leaves a node: datagrams, and on every stream to a peer one Hello each way and then frames.
# Each of the three opens with protocol version and cluster id, which are checked before anything
# else is believed: a stranger is dropped, counted, and its address never learned.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

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
  }
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
