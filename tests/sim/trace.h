#pragma once
// One number for all that happened in a run: two runs of one seed must agree on it.

#include <cstdint>

#include "core/bytes.h"
#include "core/prng.h"
#include "merkle/hash.h"

namespace starling::sim {

class Trace {
 public:
  void add(std::uint64_t value) { hash_ = core::mix(hash_ ^ value); }
  void add(core::BytesView bytes) { add(merkle::value_hash(bytes)); }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

}
