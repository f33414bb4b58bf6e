#pragma once
// A small filled index, and words for what the tests of this room have in common.

#include <cstdint>
#include <string>
#include <vector>

#include "core/key.h"
#include "support/reconcile_pair.h"

namespace starling::testing {

inline core::Bytes numbered_key(std::uint64_t number) {
  return core::encode_key("key/" + std::to_string(100'000 + number));
}

inline Records numbered_records(std::uint64_t count) {
  Records records;
  for (std::uint64_t i = 0; i < count; ++i) {
    records[numbered_key(i)] = value_record(core::Hlc::from_ms(1 + i).value, 1, "value");
  }
  return records;
}

// A store and its index at a cut above every stamp.
struct Filled {
  explicit Filled(const Records& records) : side{{1}, records, 1, 0} {
    side.index.advance(core::Hlc::from_ms(loaded_until_ms));
  }
  explicit Filled(std::uint64_t count) : Filled{numbered_records(count)} {}

  const merkle::Index& index() const { return side.index; }
  reconcile::Basis basis(std::uint64_t salt = 77) const { return {side.index.newest_cut(), salt}; }
  // The cut is let go.
  void age() { side.index.advance(core::Hlc::from_ms(loaded_until_ms + 60'000)); }
  std::uint32_t hash(const core::Bytes& key) const {
    return reconcile::short_hash(side.index.digest_key().key_hash(key));
  }
  reconcile::Item item(const core::Bytes& key) const {
    const auto& head = side.store.at(key).head;
    return {hash(key), head.stamp.hlc, merkle::rest_hash(head)};
  }

  Side side;
};

// Those effects of one kind, in order.
template <typename One>
std::vector<One> only(const reconcile::Effects& effects) {
  std::vector<One> found;
  for (const auto& effect : effects) {
    if (const auto* one = std::get_if<One>(&effect)) found.push_back(*one);
  }
  return found;
}
template <typename One>
std::vector<One> sent(const reconcile::Effects& effects) {
  std::vector<One> found;
  for (const auto& send : only<reconcile::Send>(effects)) {
    if (const auto* one = std::get_if<One>(&send.message)) found.push_back(*one);
  }
  return found;
}

// Answers listings until nothing is listed any more; what else the job asked for comes back.
template <typename Job>
reconcile::Effects serve(Job& job, const Side& side, core::Instant now) {
  for (;;) {
    reconcile::Effects effects;
    if (!job.is_done()) job.ask(effects);
    const auto asked = only<reconcile::List>(effects);
    if (asked.empty()) return effects;
    for (const auto& list : asked) {
      auto listing = side.list(list.range, list.options);
      job.on_listed(list.ticket, listing, now);
    }
  }
}

}
