#include "merkle/hash.h"

#include <bit>
#include <cstring>

#include "core/assert.h"
#include "core/limits.h"
#include "core/prng.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace starling::merkle {
namespace {

char* put(char* out, std::uint64_t number) {
  if constexpr (std::endian::native == std::endian::big) number = std::byteswap(number);
  std::memcpy(out, &number, sizeof number);
  return out + sizeof number;
}

char* put(char* out, core::BytesView bytes) {
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

// Length of the key, hlc, origin, value hash, expiry: 8 bytes each; the tombstone flag.
constexpr std::size_t item_bytes_beside_key = 5 * 8 + 1;

}

std::uint64_t value_hash(core::BytesView value) { return XXH3_64bits(value.data(), value.size()); }

DigestKey::DigestKey(core::BytesView secret) {
  static_assert(bytes >= XXH3_SECRET_SIZE_MIN);
  STARLING_ASSERT(!secret.empty());
  char* out = secret_.data();
  for (std::uint64_t counter = 0; out != secret_.data() + bytes; ++counter) {
    out = put(out, XXH3_64bits_withSeed(secret.data(), secret.size(), counter));
  }
}

Digest DigestKey::item(core::BytesView key, const core::RecordHead& head) const {
  STARLING_ASSERT(key.size() <= core::limits::encoded_key_bytes_max);
  char buffer[core::limits::encoded_key_bytes_max + item_bytes_beside_key];
  char* end = put(buffer, key.size());
  end = put(end, key);
  end = put(end, head.stamp.hlc.value);
  end = put(end, head.stamp.origin.value);
  end = put(end, head.value_hash);
  end = put(end, head.expiry_ms);
  *end++ = head.tombstone ? 1 : 0;
  const auto size = static_cast<std::size_t>(end - buffer);
  const auto hash = XXH3_128bits_withSecret(buffer, size, secret_.data(), bytes);
  return {hash.low64, hash.high64};
}

std::uint64_t DigestKey::key_hash(core::BytesView key) const {
  return XXH3_64bits_withSecret(key.data(), key.size(), secret_.data(), bytes);
}

core::ClusterId DigestKey::cluster_id(core::BytesView cluster_name) const {
  // Of a hash of the secret, so that the id tells nothing that keys digests or boundaries.
  const auto seed = XXH3_64bits(secret_.data(), bytes);
  return {XXH3_64bits_withSeed(cluster_name.data(), cluster_name.size(), seed)};
}

std::uint32_t rest_hash(const core::RecordHead& head) {
  auto hash = core::mix(head.stamp.origin.value);
  hash = core::mix(hash ^ head.value_hash);
  hash = core::mix(hash ^ head.expiry_ms);
  hash = core::mix(hash ^ (head.tombstone ? 1 : 0));
  return static_cast<std::uint32_t>(hash);
}

}
