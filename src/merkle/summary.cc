#include "merkle/summary.h"

#include "core/prng.h"

namespace starling::merkle {

Digest& Digest::operator+=(const Digest& other) {
  low += other.low;
  high += other.high;
  return *this;
}

Digest& Digest::operator-=(const Digest& other) {
  low -= other.low;
  high -= other.high;
  return *this;
}

Summary& Summary::operator+=(const Summary& other) {
  count += other.count;
  digest += other.digest;
  return *this;
}

Summary& Summary::operator-=(const Summary& other) {
  count -= other.count;
  digest -= other.digest;
  return *this;
}

Summary& Summary::operator+=(const Digest& item) {
  ++count;
  digest += item;
  return *this;
}

Summary& Summary::operator-=(const Digest& item) {
  --count;
  digest -= item;
  return *this;
}

Fingerprint fingerprint(const Summary& summary, std::uint64_t salt) {
  // Odd, so that no part of a summary can be multiplied away.
  const auto for_count = core::mix(salt) | 1;
  const auto for_low = core::mix(salt + 1) | 1;
  const auto for_high = core::mix(salt + 2) | 1;
  return summary.count * for_count + summary.digest.low * for_low + summary.digest.high * for_high;
}

}
