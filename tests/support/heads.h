#pragma once
// Keys whose place in the tree is known, and heads, for tests of the Merkle index.

#include <string>
#include <vector>

#include "core/key.h"
#include "core/record.h"
#include "merkle/boundary.h"
#include "merkle/hash.h"

namespace starling::testing {

inline const merkle::DigestKey digests{"a secret for tests"};

inline int level_of(core::BytesView key) { return merkle::boundary_level(digests.key_hash(key)); }

// The first `count` encoded keys made of `prefix` and a number that are boundaries of exactly
// `level`, in key order.
inline std::vector<core::Bytes> keys_of_level(int level, std::size_t count,
                                              const std::string& prefix = "") {
  std::vector<core::Bytes> keys;
  for (std::uint64_t number = 10'000'000; keys.size() < count; ++number) {
    auto key = core::encode_key(prefix + std::to_string(number));
    if (level_of(key) == level) keys.push_back(std::move(key));
  }
  return keys;
}

inline core::RecordHead head_at(std::uint64_t ms, std::uint64_t origin = 1) {
  return {.stamp = {core::Hlc::from_ms(ms), {origin}}, .value_hash = 5};
}

}
