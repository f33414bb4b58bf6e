#include "merkle/leaf_index.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "merkle/boundary.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

using testing::digests;
using testing::keys_of_level;

Summary one(std::uint64_t number) { return {1, {number, number}}; }

void split(LeafIndex& tree, core::BytesView key, const Summary& right) {
  tree.split(key, digests.key_hash(key), right);
}

// The runs of everything at `level`: where they begin, and how much they hold.
std::vector<std::pair<core::Bytes, std::uint64_t>> runs(const LeafIndex& tree, int level) {
  std::vector<std::pair<core::Bytes, std::uint64_t>> found;
  tree.visit(core::all_users(), level, [&](const LeafIndex::Run& run) {
    found.emplace_back(run.begin, run.summary.count);
    return true;
  });
  return found;
}

using Runs = std::vector<std::pair<core::Bytes, std::uint64_t>>;

}

TEST_CASE("an empty tree is one empty leaf that covers everything") {
  const LeafIndex tree;
  CHECK(tree.leaves() == 1);
  CHECK(tree.total() == Summary{});
  CHECK(tree.leaf_of("uanything") == core::all_users());
  CHECK_FALSE(tree.top_level(core::all_users()).has_value());
}

TEST_CASE("a split divides the summary of a leaf, a join puts it together again") {
  const auto keys = keys_of_level(0, 2);
  LeafIndex tree;
  tree.add(keys[0], one(1));
  tree.add(keys[1], one(2));
  split(tree, keys[1], one(2));
  CHECK(tree.leaves() == 2);
  CHECK(runs(tree, 0) == Runs{{"u", 1}, {keys[1], 1}});
  CHECK(tree.leaf_of(keys[0]) == core::Range{"u", keys[1]});

  tree.join(keys[1]);
  CHECK(runs(tree, 0) == Runs{{"u", 2}});
  CHECK(tree.total() == one(1) + one(2));
}

TEST_CASE("a boundary of a high level begins a branch on each level up to its own") {
  const auto low = keys_of_level(0, 3);
  const auto high = keys_of_level(2, 1).front();  // Above the three.
  REQUIRE(low[2] < high);
  LeafIndex tree;
  for (const auto& key : low) {
    tree.add(key, one(1));
    split(tree, key, one(1));
  }
  tree.add(high, one(2));
  split(tree, high, one(2));

  CHECK(tree.top_level(core::all_users()) == 2);
  CHECK(runs(tree, 2) == Runs{{"u", 3}, {high, 1}});
  CHECK(runs(tree, 1) == Runs{{"u", 3}, {high, 1}});
  CHECK(runs(tree, 0) == Runs{{"u", 0}, {low[0], 1}, {low[1], 1}, {low[2], 1}, {high, 1}});
  CHECK(tree.top_level({"u", high}) == 0);
  CHECK(tree.top_level({low[0], low[2]}) == 0);
  CHECK_FALSE(tree.top_level({low[0], low[1]}).has_value());

  tree.join(high);
  CHECK(tree.top_level(core::all_users()) == 0);
  CHECK(runs(tree, 1) == Runs{{"u", 4}});
}

TEST_CASE("a range that begins inside a branch is visited leaf by leaf until the branch ends") {
  const auto low = keys_of_level(0, 2);
  const auto high = keys_of_level(1, 1).front();
  REQUIRE(low[1] < high);
  LeafIndex tree;
  for (const auto& key : {low[0], low[1], high}) split(tree, key, {});
  Runs found;
  tree.visit({low[0], "v"}, 1, [&](const LeafIndex::Run& run) {
    found.emplace_back(run.begin, run.level);
    return true;
  });
  CHECK(found == Runs{{low[0], 0}, {low[1], 0}, {high, 1}});
}

TEST_CASE("a boundary of the highest level divides the root") {
  LeafIndex tree;
  tree.add("ua", one(1));
  tree.add("um", one(2));
  tree.split("um", 0, one(2));
  CHECK(tree.top_level(core::all_users()) == core::limits::tree_levels - 1);
  CHECK(runs(tree, core::limits::tree_levels - 1) == Runs{{"u", 1}, {"um", 1}});
  CHECK(tree.leaf_of("ua") == core::Range{"u", "um"});
  CHECK(tree.leaf_of("um") == core::Range{"um", "v"});
  tree.join("um");
  CHECK(tree.leaves() == 1);
}

TEST_CASE("a visitor that has seen enough is not shown more") {
  LeafIndex tree;
  for (const auto& key : keys_of_level(0, 5)) split(tree, key, {});
  int seen = 0;
  tree.visit(core::all_users(), 0, [&](const LeafIndex::Run&) { return ++seen < 3; });
  CHECK(seen == 3);
}

TEST_CASE("the bytes of the tree grow with its leaves") {
  LeafIndex tree;
  const auto empty = tree.bytes();
  for (const auto& key : keys_of_level(0, 100)) split(tree, key, {});
  CHECK(tree.bytes() > empty + 100 * sizeof(LeafIndex::Run));
  CHECK(tree.bytes() < empty + 100 * 250);
}

}
