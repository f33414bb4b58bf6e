#include "merkle/hash.h"

#include <doctest/doctest.h>

#include <set>

#include "core/limits.h"

namespace starling::merkle {
namespace {

const DigestKey key{"secret"};

constexpr core::RecordHead head{
    .stamp = {{100}, {7}}, .value_hash = 3, .tombstone = false, .expiry_ms = 9};

// The head with each of its fields changed in turn.
std::vector<core::RecordHead> others() {
  std::vector<core::RecordHead> heads(5, head);
  heads[0].stamp.hlc = {101};
  heads[1].stamp.origin = {8};
  heads[2].value_hash = 4;
  heads[3].tombstone = true;
  heads[4].expiry_ms = 10;
  return heads;
}

}

TEST_CASE("every field of a record and its key are in the item digest") {
  std::set<Digest> digests{key.item("k", head), key.item("l", head), key.item("", head)};
  for (const auto& other : others()) digests.insert(key.item("k", other));
  CHECK(digests.size() == 8);
}

TEST_CASE("a key that ends like a head does not pass for it") {
  CHECK(key.item(core::BytesView{"k\0", 2}, head) != key.item("k", head));
}

TEST_CASE("the longest key has a digest") {
  const core::Bytes longest(core::limits::encoded_key_bytes_max, 'k');
  CHECK(key.item(longest, head) != key.item(longest.substr(1), head));
}

TEST_CASE("another secret gives other digests, key hashes and cluster ids") {
  const DigestKey other{"secreu"};
  CHECK(key.item("k", head) != other.item("k", head));
  CHECK(key.key_hash("k") != other.key_hash("k"));
  CHECK(key.cluster_id("edge") != other.cluster_id("edge"));
  CHECK(key.cluster_id("edge") != key.cluster_id("core"));
  CHECK(key.cluster_id("edge") == DigestKey{"secret"}.cluster_id("edge"));
}

TEST_CASE("the rest hash tells apart all of a head but its clock reading") {
  std::set<std::uint32_t> hashes{rest_hash(head)};
  for (const auto& other : others()) hashes.insert(rest_hash(other));
  CHECK(hashes.size() == 5);
  CHECK(rest_hash(head) == rest_hash(others()[0]));
}

TEST_CASE("the value hash is plain XXH3 of the value") {
  CHECK(value_hash("") == 0x2D06800538D394C2);  // As published by its author.
  CHECK(value_hash("a") != value_hash("b"));
}

}
