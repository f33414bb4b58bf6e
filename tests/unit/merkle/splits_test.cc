#include "merkle/splits.h"

#include <doctest/doctest.h>

#include <map>

#include "support/heads.h"

namespace starling::merkle {
namespace {

using testing::digests;
using testing::head_at;
using testing::keys_of_level;

// A tree, its splits, and the records that both are told of.
struct Fixture {
  LeafIndex tree;
  Splits splits{tree, digests};
  std::map<core::Bytes, core::RecordHead, std::less<>> records;

  Summary summary_of(core::BytesView key, const core::RecordHead& head) const {
    Summary summary;
    summary += digests.item(key, head);
    return summary;
  }

  void put(const core::Bytes& key, std::uint64_t ms) {
    auto delta = summary_of(key, head_at(ms));
    const auto [at, is_new] = records.try_emplace(key, head_at(ms));
    if (!is_new) delta -= summary_of(key, std::exchange(at->second, head_at(ms)));
    tree.add(key, delta);
    splits.on_change(key, delta);
    if (is_new && testing::level_of(key) >= 0) splits.on_boundary(key);
  }

  void remove(const core::Bytes& key) {
    const auto delta = Summary{} - summary_of(key, records.at(key));
    records.erase(key);
    tree.add(key, delta);
    splits.on_change(key, delta);
    if (testing::level_of(key) >= 0) splits.on_boundary_removed(key);
  }

  std::vector<KeyHead> list(const core::Range& range) const {
    std::vector<KeyHead> listed;
    for (const auto& [key, head] : records) {
      if (range.contains(key)) listed.push_back({key, head});
    }
    return listed;
  }

  // Every leaf holds what lies in its range, and leaves begin exactly at `begins`.
  void check_leaves(std::vector<core::Bytes> begins) const {
    std::vector<core::Bytes> found;
    tree.visit(core::all_users(), 0, [&](const LeafIndex::Run& run) {
      found.push_back(run.begin);
      Summary expected;
      for (const auto& [key, head] : list(tree.leaf_of(run.begin))) {
        expected += digests.item(key, head);
      }
      CHECK(run.summary == expected);
      return true;
    });
    begins.insert(begins.begin(), "u");
    CHECK(found == begins);
  }
};

const auto boundaries = keys_of_level(0, 6);
const auto others = keys_of_level(no_boundary, 300);  // Before, between and after them.

void fill(Fixture& fixture) {
  for (const auto& key : others) fixture.put(key, 1);
}

}

TEST_CASE("a new boundary asks for its leaf from there on and splits it when that is listed") {
  Fixture fixture;
  fill(fixture);
  fixture.put(boundaries[1], 1);
  fixture.check_leaves({});

  const auto requests = fixture.splits.take_requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].range == core::Range{boundaries[1], "v"});
  CHECK(fixture.splits.take_requests().empty());
  CHECK_FALSE(fixture.splits.is_empty());

  fixture.splits.on_listed(requests[0].id, fixture.list(requests[0].range));
  fixture.check_leaves({boundaries[1]});
  CHECK(fixture.splits.is_empty());
}

TEST_CASE("what changes between the snapshot and the answer counts on its side of the split") {
  Fixture fixture;
  fill(fixture);
  fixture.put(boundaries[1], 1);
  fixture.put(boundaries[3], 1);
  const auto request = fixture.splits.take_requests().at(0);
  const auto listed = fixture.list(request.range);
  for (const auto& key : others) fixture.put(key, 2);
  fixture.remove(others[100]);
  fixture.put(boundaries[3], 2);
  fixture.splits.on_listed(request.id, listed);
  fixture.check_leaves({boundaries[1], boundaries[3]});
}

TEST_CASE("a boundary that comes while its leaf is being listed waits for the next request") {
  Fixture fixture;
  fixture.put(boundaries[3], 1);
  const auto first = fixture.splits.take_requests().at(0);
  const auto listed = fixture.list(first.range);
  fixture.put(boundaries[1], 1);
  fixture.put(boundaries[4], 1);
  CHECK(fixture.splits.take_requests().empty());
  fixture.splits.on_listed(first.id, listed);
  fixture.check_leaves({boundaries[3]});

  const auto next = fixture.splits.take_requests();
  REQUIRE(next.size() == 2);
  CHECK(next[0].range == core::Range{boundaries[1], boundaries[3]});
  CHECK(next[1].range == core::Range{boundaries[4], "v"});
  for (const auto& request : next) {
    fixture.splits.on_listed(request.id, fixture.list(request.range));
  }
  fixture.check_leaves({boundaries[1], boundaries[3], boundaries[4]});
}

TEST_CASE("a boundary that is told again splits nothing twice") {
  Fixture fixture;
  fixture.put(boundaries[1], 1);
  const auto request = fixture.splits.take_requests().at(0);
  fixture.splits.on_boundary(boundaries[1]);
  fixture.splits.on_listed(request.id, fixture.list(request.range));
  fixture.splits.on_boundary(boundaries[1]);
  CHECK(fixture.splits.is_empty());
  fixture.check_leaves({boundaries[1]});
}

TEST_CASE("a boundary that is removed before its leaf is listed splits nothing") {
  for (const std::size_t gone : {0, 1, 2}) {
    CAPTURE(gone);
    Fixture fixture;
    fill(fixture);
    std::vector<core::Bytes> wanted{boundaries[1], boundaries[2], boundaries[4]};
    for (const auto& key : wanted) fixture.put(key, 1);
    const auto request = fixture.splits.take_requests().at(0);
    const auto listed = fixture.list(request.range);
    fixture.remove(wanted[gone]);
    fixture.put(others[200], 2);
    fixture.splits.on_listed(request.id, listed);
    wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(gone));
    fixture.check_leaves(wanted);
  }
}

TEST_CASE("a boundary that is removed while it waits or is listed alone is forgotten") {
  Fixture fixture;
  fixture.put(boundaries[1], 1);
  fixture.remove(boundaries[1]);
  CHECK(fixture.splits.is_empty());

  fixture.put(boundaries[1], 1);
  const auto request = fixture.splits.take_requests().at(0);
  const auto listed = fixture.list(request.range);
  fixture.remove(boundaries[1]);
  CHECK(fixture.splits.is_empty());
  fixture.splits.on_listed(request.id, listed);
  fixture.check_leaves({});
}

TEST_CASE("a listing that ends at a boundary which is removed is void and made again") {
  Fixture fixture;
  fill(fixture);
  fixture.put(boundaries[4], 1);
  const auto first = fixture.splits.take_requests().at(0);
  fixture.splits.on_listed(first.id, fixture.list(first.range));

  fixture.put(boundaries[1], 1);
  const auto second = fixture.splits.take_requests().at(0);
  const auto listed = fixture.list(second.range);
  fixture.remove(boundaries[4]);
  fixture.splits.on_listed(second.id, listed);
  fixture.check_leaves({});

  const auto third = fixture.splits.take_requests().at(0);
  CHECK(third.range == core::Range{boundaries[1], "v"});
  fixture.splits.on_listed(third.id, fixture.list(third.range));
  fixture.check_leaves({boundaries[1]});
}

TEST_CASE("many boundaries of one leaf are listed from the right, a bounded number at a time") {
  Fixture fixture;
  const auto many = keys_of_level(0, 300);
  for (const auto& key : many) fixture.put(key, 1);
  std::size_t rounds = 0;
  for (; !fixture.splits.is_empty(); ++rounds) {
    for (const auto& request : fixture.splits.take_requests()) {
      const auto listed = fixture.list(request.range);
      CHECK(listed.size() <= 128);
      fixture.splits.on_listed(request.id, listed);
    }
  }
  CHECK(rounds == 3);
  fixture.check_leaves(many);
}

}
