#pragma once
// Every hash of the house, and the only file that includes xxHash. Digest version 1: keyed
// XXH3-128 over the logical record. It finds faults, not forgeries: clients do not choose stamps,
// but a hostile member could build colliding sets.

#include <array>
#include <cstdint>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/record.h"
#include "merkle/summary.h"

namespace starling::merkle {

inline constexpr std::uint16_t digest_version = 1;

// Not keyed: made when a write is accepted, checked whenever the record leaves the node.
std::uint64_t value_hash(core::BytesView value);

// Derived from the cluster's secret (from its name in insecure development mode). Equal on all
// members, unknown to clients, so nobody outside can aim at leaves or digests.
class DigestKey {
 public:
  static constexpr std::size_t bytes = 192;

  // `secret` is any non-empty string of bytes.
  explicit DigestKey(core::BytesView secret);

  // The digest of one record: key, stamp, tombstone flag, expiry, value hash; nothing of how it
  // is stored or sent.
  Digest item(core::BytesView key, const core::RecordHead& head) const;

  // Keyed hash of an encoded key. Its high bits decide boundaries (boundary.h), its low 32 bits
  // name keys and boundaries within a range on the wire.
  std::uint64_t key_hash(core::BytesView key) const;

  // Names the cluster on the wire without telling the secret.
  core::ClusterId cluster_id(core::BytesView cluster_name) const;

 private:
  std::array<char, bytes> secret_;
};

// Short hash of all of a head but its hlc: tells two versions with one clock reading apart.
std::uint32_t rest_hash(const core::RecordHead& head);

}
