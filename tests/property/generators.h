#pragma once
// Records for properties: few stamps, few values, so that ties of every kind are common.

#include <rapidcheck.h>

#include "core/record.h"

namespace rc {

template <>
struct Arbitrary<starling::core::Record> {
  static Gen<starling::core::Record> arbitrary() {
    using starling::core::Bytes;
    using starling::core::Record;
    using starling::core::RecordHead;
    const auto small = [] { return gen::inRange<std::uint64_t>(0, 3); };
    const auto head = gen::apply(
        [](std::uint64_t hlc, std::uint64_t origin, std::uint64_t hash, bool is_tombstone,
           std::uint64_t expiry) {
          return RecordHead{.stamp = {{hlc}, {origin}},
                            .value_hash = is_tombstone ? 0 : hash,
                            .tombstone = is_tombstone,
                            .expiry_ms = expiry};
        },
        small(), small(), small(), gen::arbitrary<bool>(), small());
    return gen::apply(
        [](const RecordHead& of, const Bytes& value, bool is_dropped) {
          const bool is_empty = of.tombstone || is_dropped;
          return Record{of, is_empty ? Bytes{} : value, is_dropped};
        },
        head, gen::element<Bytes>("", "a", "b", Bytes(1, '\0')), gen::arbitrary<bool>());
  }
};

}
