@0xf1a51c56038cb29f;
# A session: one node finds in which key ranges it differs from one peer, as of one cut, and the
# records of these move both ways. The initiator asks. The answerer keeps nothing between answers:
# every request carries all that its answer needs, so it may be forgotten, repeated or abandoned.
#
#   Probe ──▶ ◀── ProbeReply        equal: done; else the answerer's upper fingerprints
#   Descend ──▶ ◀── DescendReply    in turns, each list one level deeper than the one it answers
#   Pull ──▶ ◀── PullReply          what the initiator lacks
#   Push ──▶ ◀── PushReply          what the answerer lacks
#   Probe ──▶ ◀── ProbeReply        the roots once more
#
# A node has at most 3 sessions in and 3 out, one for each peer; of two that cross, the one of the
# smaller node id stays. Ten seconds of silence, or ten minutes in all, end one. At most 4 requests
# for records are under way at a time.
#
# A tree is cut at boundaries: keys whose keyed hash is small. Both sides have the same ones between
# equal records, so pieces between common boundaries can be compared, and a child's fingerprints add
# up to its parent's. On the wire a boundary, like a key of a listing, is the low 32 bits of its
# keyed hash: names within a range, in key order. Two of one name cost a repeated question, never a
# wrong merge.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

using Common = import "common.capnp";

enum Purpose {
  repair @0;
  # Both become equal. Needs the same horizon and roster.
  compare @1;
  # Read-only, for a diff; a frozen node serves it too.
}

struct Probe {
  # Opens a session, and closes it. Answered by ProbeReply.
  session @0 :UInt64;
  # Drawn by the initiator at random: in every message of the session.
  purpose @1 :Purpose;
  cut @2 :UInt64;
  salt @3 :UInt64;
  # Of every fingerprint in the session, drawn at random: nobody can prepare a collision.
  root :group {
    # As in Beat.
    count @4 :UInt64;
    low @5 :UInt64;
    high @6 :UInt64;
  }
  horizon @7 :UInt64;
  rosterHash @8 :UInt64;
  digestVersion @9 :UInt16;
}

enum Verdict {
  equal @0;
  differ @1;
  notYet @2;
  # The cut is not applied here yet: ask again in a moment.
  gone @3;
  # The cut is no longer kept (8 are): take a newer one.
  busy @4;
  # Too many sessions here.
  crossed @5;
  # Our own session with you is open, and our id is the smaller.
  frozen @6;
  starting @7;
  # No root can be told yet.
  foreign @8;
  # Another digest version, roster or horizon.
}

struct Division {
  # A range, cut at all boundaries of `level` or above that the sender has strictly inside it.
  range @0 :Common.Range;
  level @1 :UInt8;
  # 0: leaves. At most 6.
  boundaries @2 :List(UInt32);
  # In key order.
  fingerprints :union {
    # Of the pieces: one more than boundaries. A fingerprint is a salted linear function of count and
    # digest, modulo 2^64.
    whole @3 :List(UInt64);
    # In Descend and DescendReply.
    low @4 :List(UInt32);
    # Their low 32 bits, which add up likewise: in a ProbeReply, where most pieces are equal.
  }
}

struct ProbeReply {
  session @0 :UInt64;
  verdict @1 :Verdict;
  newestCut @2 :UInt64;
  # Of the answerer, whatever the verdict.
  count @3 :UInt64;
  # Records of the answerer at the cut.
  leaves @4 :UInt64;
  train @5 :List(Division);
  # When they differ: the answerer's upper boundaries with low fingerprints, at most 1024 of these;
  # empty: list the whole range.
}

struct ItemList {
  # All records of a range as of the cut, in key order, 16 bytes each in three lists of one length:
  # which key, who is newer, and whether versions of one clock reading are the same.
  range @0 :Common.Range;
  # May end before the range that was asked for: ask again for the remainder.
  keys @1 :List(UInt32);
  hlcs @2 :List(UInt64);
  rests @3 :List(UInt32);
  # Hash of the head's other fields: origin, value hash, tombstone, expiry.
}

struct Descend {
  # "Compare these with yours, and list those." Answered by DescendReply with the same request
  # number, which the initiator counts up. At most 1024 divisions and 1024 ranges, at most 65,536
  # fingerprints in all.
  session @0 :UInt64;
  cut @1 :UInt64;
  salt @2 :UInt64;
  request @3 :UInt32;
  divisions @4 :List(Division);
  toList @5 :List(Common.Range);
}

struct DescendReply {
  session @0 :UInt64;
  request @1 :UInt32;
  gone @2 :Bool;
  # The cut is no longer kept; nothing else is set.
  divisions @3 :List(Division);
  # Pieces that differ, one level deeper than they were asked about. Equal ones are left out.
  lists @4 :List(ItemList);
  # Pieces that differ and are leaves here, and what was to be listed; about 64 KiB. At most 1024
  # divisions and 1024 lists, at most 65,536 fingerprints and 65,536 items.
}

enum Want {
  heads @0;
  # Records without their values, as of the cut.
  values @1;
  # Whole records, the newest there are.
}

struct Wanted {
  # The records of `range` whose key hash ends in one of `keys`.
  range @0 :Common.Range;
  keys @1 :List(UInt32);
  # In key order.
}

struct Pull {
  # Answered by PullReply. At most 1024 ranges and 65,536 keys.
  session @0 :UInt64;
  cut @1 :UInt64;
  salt @2 :UInt64;
  request @3 :UInt32;
  want @4 :Want;
  wanted @5 :List(Wanted);
}

struct PullReply {
  session @0 :UInt64;
  request @1 :UInt32;
  gone @2 :Bool;
  # As in DescendReply; only where heads were wanted.
  isComplete @3 :Bool = true;
  # False: a limit was met; ask again for what has not come. Not complete and empty says that
  # nothing more will come.
  records @4 :List(Common.KeyedRecord);
  # In key order, about 256 KiB, at most 4096, at least one if there is one.
  valueBytes @5 :List(UInt64);
  # For each record: length of its value, carried or not.
}

struct Push {
  # Records that the answerer lacks or holds older, about 256 KiB, at most 4096. Answered by
  # PushReply. Taken by merge: harmless when late or repeated.
  session @0 :UInt64;
  request @1 :UInt32;
  records @2 :List(Common.KeyedRecord);
}

struct PushReply {
  # The records are in the answerer's store.
  session @0 :UInt64;
  request @1 :UInt32;
  taken @2 :UInt64;
  # How many won the merge.
}

struct Abort {
  # Either side gives up; the other forgets the session at once. No answer.
  session @0 :UInt64;
}

struct Message {
  union {
    probe @0 :Probe;
    probeReply @1 :ProbeReply;
    descend @2 :Descend;
    descendReply @3 :DescendReply;
    pull @4 :Pull;
    pullReply @5 :PullReply;
    push @6 :Push;
    pushReply @7 :PushReply;
    abort @8 :Abort;
  }
}
