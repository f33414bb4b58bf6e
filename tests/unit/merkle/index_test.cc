#include "merkle/index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "core/limits.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

using testing::digests;
using testing::head_at;
using testing::keys_of_level;

constexpr std::size_t roomy = 1 << 20;
constexpr std::uint64_t now_ms = 100'000;
constexpr core::Cut newest{98};  // 98 s + 1.5 s have passed, 99 s + 1.5 s have not.

const auto low = keys_of_level(0, 4);
const auto plain = keys_of_level(no_boundary, 3);

// The four boundaries and three other keys, all of long ago.
struct Loaded : Index {
  Loaded() : Index{digests, roomy} {
    std::vector<core::Bytes> keys{low};
    keys.insert(keys.end(), plain.begin(), plain.end());
    std::ranges::sort(keys);
    for (const auto& key : keys) load({key, head_at(1'000)});
    finish_loading();
    advance(core::Hlc::from_ms(now_ms));
  }
};

std::uint64_t count_of(const std::vector<Piece>& pieces) {
  std::uint64_t count = 0;
  for (const auto& piece : pieces) count += piece.summary.count;
  return count;
}

}

TEST_CASE("a cut is applied a second and a half after its second ended") {
  Index index{digests, roomy};
  index.advance(core::Hlc::from_ms(1'499));
  CHECK(index.newest_cut() == core::Cut{0});
  index.advance(core::Hlc{core::Hlc::from_ms(101'500).value - 1});
  CHECK(index.newest_cut() == core::Cut{99});
  index.advance(core::Hlc::from_ms(101'500));
  CHECK(index.newest_cut() == core::Cut{100});
}

TEST_CASE("loaded records are in every cut that can be told") {
  const Loaded index;
  CHECK(index.newest_cut() == newest);
  CHECK(index.root(newest).count == 7);
  CHECK(index.root(newest) == index.newest());
  CHECK(index.leaves() == 5);
  CHECK(index.largest_hlc() == head_at(1'000).stamp.hlc);
}

TEST_CASE("no cut below a loaded stamp can be told") {
  Index index{digests, roomy};
  index.load({plain[0], head_at(99'500)});
  index.finish_loading();
  index.advance(core::Hlc::from_ms(now_ms));
  CHECK_FALSE(index.is_kept(newest));
  index.advance(core::Hlc::from_ms(101'500));
  CHECK(index.is_kept({100}));
  CHECK_FALSE(index.is_kept({99}));
}

TEST_CASE("a write is not in the root until its cut is") {
  Loaded index;
  const auto before = index.root(newest);
  index.on_change(plain[0], head_at(1'000), head_at(98'500));
  CHECK(index.root(newest) == before);
  CHECK(index.newest() != before);
  index.advance(core::Hlc::from_ms(100'500));
  CHECK(index.root(newest) == before);
  CHECK(index.root({99}) == index.newest());
}

TEST_CASE("a change of the value bytes alone changes nothing") {
  Loaded index;
  index.on_change(plain[0], head_at(1'000), head_at(1'000));
  CHECK(index.settling_versions() == 0);
}

TEST_CASE("pieces are cut at boundaries, and the first begins where the range does") {
  const Loaded index;
  const auto pieces = index.cut_range(core::all_users(), 0, newest, 100).value();
  REQUIRE(pieces.size() == 5);
  CHECK(pieces[0].range == core::Range{"u", low[0]});
  CHECK(pieces[0].boundary == 0);
  CHECK(pieces[1].range == core::Range{low[0], low[1]});
  CHECK(pieces[1].boundary == static_cast<std::uint32_t>(digests.key_hash(low[0])));
  CHECK(pieces[4].range.end == "v");
  CHECK(count_of(pieces) == 7);
  CHECK(index.cut_range(core::all_users(), 1, newest, 100)->size() == 1);
}

TEST_CASE("more pieces than the caller can use are none") {
  const Loaded index;
  CHECK(index.cut_range(core::all_users(), 0, newest, 5).has_value());
  CHECK_FALSE(index.cut_range(core::all_users(), 0, newest, 4).has_value());
  CHECK_FALSE(index.cut_range(core::all_users(), 0, newest, 0).has_value());
}

TEST_CASE("a range that ends inside a leaf cannot be summed") {
  const Loaded index;
  auto inside = low[1] + "x";
  CHECK(index.cut_range({low[0], low[2]}, 0, newest, 100)->size() == 2);
  CHECK_FALSE(index.cut_range({inside, low[2]}, 0, newest, 100).has_value());
  CHECK_FALSE(index.cut_range({low[0], inside}, 0, newest, 100).has_value());
  CHECK_FALSE(index.cut_range({low[2], low[0]}, 0, newest, 100).has_value());
  CHECK(index.cut_range({"", "z"}, 0, newest, 100)->size() == 5);
}

TEST_CASE("a range is cut at the wanted boundaries that are ours, the others are passed over") {
  const Loaded index;
  const auto hash_of = [](const core::Bytes& key) {
    return static_cast<std::uint32_t>(digests.key_hash(key));
  };
  const std::vector wanted{hash_of(low[0]), hash_of(plain[1]), hash_of(low[2])};
  const auto pieces = index.cut_range_at(core::all_users(), wanted, newest).value();
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[1].range == core::Range{low[0], low[2]});
  CHECK(count_of(pieces) == 7);
  // Out of key order only the first of them can be met.
  const std::vector turned{hash_of(low[2]), hash_of(low[0])};
  CHECK(index.cut_range_at(core::all_users(), turned, newest)->size() == 2);
  CHECK(index.cut_range_at(core::all_users(), {}, newest)->size() == 1);
}

TEST_CASE("a listing of the newest records is taken back to the cut") {
  Loaded index;
  const auto fresh = core::encode_key("zz");
  index.on_change(plain[0], head_at(1'000), head_at(99'000));
  index.on_change(fresh, std::nullopt, head_at(99'000));
  index.on_change(plain[1], head_at(1'000), head_at(97'500));
  const std::vector<KeyHead> listed{
      {plain[0], head_at(99'000)}, {plain[1], head_at(97'500)}, {fresh, head_at(99'000)}};
  CHECK(index.as_of(core::all_users(), listed, newest) ==
        std::vector<KeyHead>{{plain[0], head_at(1'000)}, {plain[1], head_at(97'500)}});
  CHECK(index.version_at(plain[0], head_at(99'000), newest) == head_at(1'000));
  CHECK_FALSE(index.version_at(fresh, head_at(99'000), newest).has_value());
  CHECK(index.version_at(plain[2], head_at(1'000), newest) == head_at(1'000));
}

TEST_CASE("a listing from before a later write still gives the set of the cut") {
  Loaded index;
  const std::vector<KeyHead> listed{{plain[0], head_at(1'000)}};
  index.on_change(plain[0], head_at(1'000), head_at(97'500));
  index.on_change(plain[0], head_at(97'500), head_at(99'000));
  const core::Range range{plain[0], plain[0] + '\0'};
  CHECK(index.as_of(range, listed, newest) == std::vector<KeyHead>{{plain[0], head_at(97'500)}});
}

TEST_CASE("a removed boundary joins its leaf to the one before, in every cut") {
  Loaded index;
  index.on_removed(low[1], head_at(1'000));
  CHECK(index.leaves() == 4);
  CHECK(index.root(newest).count == 6);
  CHECK(count_of(*index.cut_range(core::all_users(), 0, newest, 100)) == 6);
}

TEST_CASE("sums stay exact while a split is pending, and the shape follows") {
  Index index{digests, roomy};
  index.advance(core::Hlc::from_ms(now_ms));
  index.on_change(low[0], std::nullopt, head_at(97'000));
  index.on_change(plain[0], std::nullopt, head_at(97'000));
  CHECK(index.has_splits_pending());
  CHECK(index.leaves() == 1);
  CHECK(index.root(newest).count == 2);
  const auto request = index.take_split_requests().at(0);
  std::vector<KeyHead> listed{{low[0], head_at(97'000)}};
  if (plain[0] > low[0]) listed.push_back({plain[0], head_at(97'000)});
  index.on_split_listed(request.id, listed);
  CHECK_FALSE(index.has_splits_pending());
  CHECK(index.leaves() == 2);
  CHECK(count_of(*index.cut_range(core::all_users(), 0, newest, 100)) == 2);
}

TEST_CASE("memory for cuts that is used up is told, and freed when a cut passes") {
  Index index{digests, 10'000};
  index.advance(core::Hlc::from_ms(now_ms));
  for (int i = 0; !index.is_full(); ++i) {
    REQUIRE(i < 100);
    index.on_change(core::encode_key(std::to_string(i)), std::nullopt, head_at(99'500));
  }
  CHECK(index.settling_bytes() > 10'000);
  index.advance(core::Hlc::from_ms(101'500));
  index.on_change(core::encode_key("next"), std::nullopt, head_at(100'500));
  CHECK_FALSE(index.is_full());
}

}
