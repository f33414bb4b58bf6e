@0x8bf18d7c1b1e5a1d;
# What spreads by itself: beats, by datagram, and rumours, over links.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

using Common = import "common.capnp";

struct Beat {
  # A node's settled root. Sent at every cut, to all peers of a small cluster (at most 8), else to
  # two at random. Whoever hears another root for the same cut, under the same horizon, roster and
  # digest version, may open a session (reconcile.capnp). Equal roots need nothing more. No answer.
  # 64 bytes; with the head of its datagram 160.
  cut @0 :UInt64;
  root :group {
    # Of the records as of `cut`, all of them durable at the sender: how many, and the sums of the
    # two halves of their 128-bit digests, each modulo 2^64.
    count @1 :UInt64;
    low @2 :UInt64;
    high @3 :UInt64;
  }
  horizon @4 :UInt64;
  # hlc: what every member of the roster is known to hold all below of; 0 until it has moved.
  rosterHash @5 :UInt64;
  acknowledgement @6 :UInt64;
  # hlc: below it the sender holds all that any member of its roster held; 0: none yet.
  digestVersion @7 :UInt16;
  frozen @8 :Bool;
  # The sender takes part in no repair: nobody opens a session with it, or pushes rumours to it.
}

struct Rumours {
  # Records freshly accepted by the sender, pushed over every link at once. No answer. What is lost
  # on the way is found by the next beats, so a full queue drops rumours, never records.
  firstSequence @0 :UInt64;
  # Of the first record. Counts records on this link, from 1: a gap says that some were dropped.
  records @1 :List(Common.KeyedRecord);
  # At most 4096.
}
