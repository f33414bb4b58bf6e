@0xef429d3c1ff6b7ca;
# What the messages of all protocols are made of.
#
# Bytes from outside are read by these rules, whoever sent them: a message is at most 8 segments,
# nested at most 16 deep, without a byte before or after it; reading it may walk no more words than
# it has, so nothing may be pointed at twice; decoding allocates at most twice its size. A list
# longer than its limit, a number out of its range, a key that does not parse: the whole message is
# dropped and counted, and on a link the link is dropped too.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("starling::schema");

const protocolVersion :UInt16 = 1;
# In the head of every datagram, frame and hello. Another one is dropped and counted, its address
# never learned. It changes when an older node would misread a message; fields that an older node
# may pass over are added without changing it.

# Numbers that mean the same everywhere:
#   node id        minted at random with a store; 0 is nobody
#   cluster        cluster id, derived from the cluster's name and secret, telling neither
#   hlc            hybrid logical clock: milliseconds since 1970 in 48 bits, 16 logical bits
#   cut            a whole second since 1970, at most (2^48 - 1) / 1000: all versions whose hlc is
#                  at or below that second
#   digest version how records are digested and where the tree is cut
#   key            an encoded key: 'u', the user's key with 0x00 as 0x00 0xFF, 0x00 0x01, a byte of
#                  kind; the user's key is at most 4 KiB

struct Range {
  # A half-open, non-empty range of encoded keys, within the users' space ["u", "v"). An end need not
  # be a key of any record; it is at most one byte longer than the longest key.
  begin @0 :Data;
  end @1 :Data;
}

struct KeyedRecord {
  # One record: at most 16 MiB of value.
  key @0 :Data;
  record @1 :Data;
  # Little-endian: format version (1), flags (1: tombstone, 2: has an expiry, 4: value dropped), hlc
  # (8), origin (8), XXH3-64 of the value (8; 0 for a tombstone), expiry in milliseconds since 1970
  # (8, when flagged, in 48 bits), value (to the end; none for a tombstone or a dropped value).
}
