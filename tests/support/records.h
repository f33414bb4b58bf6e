#pragma once
// Records for tests that do not care where a record comes from.

#include <cstdint>
#include <optional>

#include "core/key.h"
#include "core/prng.h"
#include "core/record.h"
#include "merkle/hash.h"
#include "ports/store.h"

namespace starling::testing {

inline core::Record make_value(std::uint64_t ms, core::BytesView value,
                               std::uint64_t expiry_ms = 0) {
  const core::Stamp stamp{core::Hlc::from_ms(ms), core::NodeId{7}};
  return {{stamp, merkle::value_hash(value), false, expiry_ms}, core::Bytes{value}, false};
}

inline core::Record make_tombstone(std::uint64_t ms) {
  return {{{core::Hlc::from_ms(ms), core::NodeId{7}}, 0, true, 0}, {}, false};
}

// An expired record whose value was let go.
inline core::Record make_stub(std::uint64_t ms, std::uint64_t expiry_ms) {
  auto record = make_value(ms, "let go", expiry_ms);
  record.value.clear();
  record.value_dropped = true;
  return record;
}

// Bytes that no compression makes smaller.
inline core::Bytes make_noise(std::size_t size, std::uint64_t seed) {
  core::Prng random{seed};
  core::Bytes noise(size, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random.next());
  return noise;
}

// A change of `user_key` from `before`, if there was one.
inline ports::RecordChange make_change(core::BytesView user_key, core::Record after,
                                       std::optional<core::Record> before = std::nullopt) {
  ports::RecordChange change{core::encode_key(user_key), std::nullopt, std::move(after)};
  if (before) change.before = before->head;
  return change;
}

}
