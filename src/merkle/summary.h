#pragma once
// The summary of a set of records: a commutative group, so summaries add and subtract and the
// summary of any range is a sum. What crosses the wire during a descent is a fingerprint of one.
//
// The two halves of a digest are summed apart, each modulo 2^64. That keeps a salted linear
// fingerprint of both halves additive: a receiver can add up the children that lie between two
// common boundaries, and a collision under one salt is none under the next.

#include <compare>
#include <cstdint>

namespace starling::merkle {

struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  Digest& operator+=(const Digest& other);
  Digest& operator-=(const Digest& other);
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

struct Summary {
  std::uint64_t count = 0;
  Digest digest;

  Summary& operator+=(const Summary& other);
  Summary& operator-=(const Summary& other);
  Summary& operator+=(const Digest& item);
  Summary& operator-=(const Digest& item);
  friend Summary operator+(Summary a, const Summary& b) { return a += b; }
  friend Summary operator-(Summary a, const Summary& b) { return a -= b; }
  friend auto operator<=>(const Summary&, const Summary&) = default;
};

// Additive: fingerprint(a + b) == fingerprint(a) + fingerprint(b). `salt` is drawn per session.
// Two different summaries collide with a chance of about 2^-64 over the salts. The low 32 bits
// are additive too.
using Fingerprint = std::uint64_t;
Fingerprint fingerprint(const Summary& summary, std::uint64_t salt);

}
