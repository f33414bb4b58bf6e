// Frozen values of digest version 1. A change here is a new digest version: nodes with different
// values would find every record different.

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/key.h"
#include "core/limits.h"
#include "merkle/boundary.h"
#include "merkle/hash.h"

namespace starling::merkle {
namespace {

const DigestKey key{"golden secret"};
const core::Stamp stamp{{0x0102030405060708}, {0x1112131415161718}};

}

TEST_CASE("item digests, version 1") {
  REQUIRE(digest_version == 1);
  const auto name = core::encode_key("pkg/0ad");
  CHECK(key.item(name, {stamp, value_hash("value"), false, 0}) ==
        Digest{0xCE3E63405B648A06, 0xC4266FE10EF58406});
  CHECK(key.item(name, {stamp, 0, true, 0}) == Digest{0xB0957A89A969B274, 0x310BC191D8C6104F});
  CHECK(key.item(name, {stamp, value_hash("value"), false, 0x313233343536}) ==
        Digest{0x4764750FB5EA51AE, 0xC9DB8474474E4A2E});
  CHECK(key.item(core::encode_key(""), {}) == Digest{0xDF51DD654084C500, 0xECD1347AACC4BFB9});
  // Longer than xxHash's paths for short inputs.
  CHECK(key.item(core::encode_key(core::Bytes(1000, 'k')), {stamp, 1, false, 0}) ==
        Digest{0x2A8B1D382E2CE79C, 0x5460ED053E60DECC});
}

TEST_CASE("value, key, rest and cluster hashes, version 1") {
  CHECK(value_hash("value") == 0x87D57E269B9DF0F0);
  CHECK(key.key_hash(core::encode_key("pkg/0ad")) == 0x847B766C842CE40D);
  CHECK(key.key_hash(core::encode_key(core::Bytes(1000, 'k'))) == 0xAC6094964855D943);
  CHECK(rest_hash({stamp, value_hash("value"), false, 7}) == 0x8A2E6D9D);
  CHECK(key.cluster_id("edge").value == 0x6E8796571FB215F8);
}

TEST_CASE("fingerprints, version 1") {
  CHECK(fingerprint({3, {0x0102030405060708, 0x1112131415161718}}, 42) == 0x46B7D5353631E3CF);
}

TEST_CASE("the thresholds of boundaries, version 1") {
  REQUIRE(core::limits::tree_levels == 6);
  constexpr std::array<std::uint64_t, 6> thresholds{0x0555555555555555, 0x002AAAAAAAAAAAAA,
                                                    0x0001555555555555, 0x00000AAAAAAAAAAA,
                                                    0x0000005555555555, 0x00000002AAAAAAAA};
  for (int level = 0; level < core::limits::tree_levels; ++level) {
    const auto threshold = thresholds.at(static_cast<std::size_t>(level));
    CHECK(boundary_level(threshold) == level - 1);
    CHECK(boundary_level(threshold - 1) == level);
  }
}

TEST_CASE("the boundaries among numbered keys, version 1") {
  std::vector<std::pair<int, int>> found;
  for (int number = 0; number < 300; ++number) {
    const auto hash = key.key_hash(core::encode_key("pkg/" + std::to_string(number)));
    if (const auto level = boundary_level(hash); level != no_boundary) {
      found.emplace_back(number, level);
    }
  }
  CHECK(found == std::vector<std::pair<int, int>>{{28, 0}, {30, 0}, {221, 0}});
}

}
