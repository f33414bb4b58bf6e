#include "reconcile/division.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::Filled;
using testing::numbered_key;
using testing::numbered_records;

TEST_CASE("a division that does not fit together is refused") {
  Division good{.range = core::all_users(), .level = 0, .boundaries = {1}, .fingerprints = {2, 3}};
  CHECK(check(good).has_value());
  auto ragged = good;
  ragged.fingerprints.pop_back();
  CHECK_FALSE(check(ragged).has_value());
  auto empty = good;
  empty.range.end = empty.range.begin;
  CHECK_FALSE(check(empty).has_value());
  auto high = good;
  high.level = core::limits::tree_levels;
  CHECK_FALSE(check(high).has_value());
}

TEST_CASE("equal stores have equal trains, whose lists differ nowhere") {
  const Filled ours{3000};
  const Filled theirs{3000};
  const auto division = train(theirs.index(), theirs.basis());
  REQUIRE(division.has_value());
  CHECK(division->fingerprints.size() > 10);
  for (const auto fingerprint : division->fingerprints) CHECK((fingerprint >> 32) == 0);
  CHECK(differing(ours.index(), *division, division->level, ours.basis(), Width::half).empty());
}

TEST_CASE("another salt makes other fingerprints of the same records") {
  const Filled side{3000};
  CHECK(train(side.index(), side.basis(1)) != train(side.index(), side.basis(2)));
}

TEST_CASE("the train is the deepest cut that fits an opening") {
  CHECK(train(Filled{3000}.index(), Filled{3000}.basis())->level == 0);
  const Filled large{70'000};
  REQUIRE(large.index().leaves() > core::limits::train_entries_max);
  CHECK(train(large.index(), large.basis())->level == 1);
}

TEST_CASE("a store within one leaf has no train") {
  CHECK_FALSE(train(Filled{0}.index(), Filled{0}.basis()).has_value());
  CHECK_FALSE(train(Filled{3}.index(), Filled{3}.basis()).has_value());
}

TEST_CASE("the piece that differs is the one that holds the key, and goes on below") {
  auto records = numbered_records(70'000);
  const Filled ours{records};
  records[numbered_key(31'234)].head.stamp.hlc.value += 1;
  const Filled theirs{records};
  const auto division = train(theirs.index(), theirs.basis());
  const auto pieces =
      differing(ours.index(), *division, division->level, ours.basis(), Width::half);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].range.contains(numbered_key(31'234)));
  CHECK(pieces[0].level == 0);

  const auto ours_below = divide(ours.index(), pieces[0], ours.basis());
  REQUIRE(ours_below.has_value());
  const auto leaves =
      differing(theirs.index(), *ours_below, ours_below->level, theirs.basis(), Width::whole);
  REQUIRE(leaves.size() == 1);
  CHECK(leaves[0].range.contains(numbered_key(31'234)));
  CHECK(leaves[0].level == list_level);
  CHECK_FALSE(divide(theirs.index(), leaves[0], theirs.basis()).has_value());
}

TEST_CASE("a boundary that one side lacks is added over") {
  auto records = numbered_records(3000);
  const Filled theirs{records};
  const auto division = *train(theirs.index(), theirs.basis());
  // The records of one of their boundaries are gone here, and nothing else is.
  const auto pieces = *theirs.index().cut_range(core::all_users(), 0, theirs.basis().cut, 1000);
  const auto gone = pieces[5].range.begin;
  records.erase(gone);
  const Filled ours{records};
  const auto found = differing(ours.index(), division, 0, ours.basis(), Width::half);
  REQUIRE(found.size() == 1);
  CHECK(found[0].range == core::Range{pieces[4].range.begin, pieces[5].range.end});
}

TEST_CASE("a range that ends inside a leaf of ours is listed") {
  const Filled ours{3000};
  const auto inside = numbered_key(1500) + "x";
  const Division theirs{
      .range = {inside, "v"}, .level = 2, .boundaries = {1}, .fingerprints = {2, 3}};
  const auto pieces = differing(ours.index(), theirs, 2, ours.basis(), Width::whole);
  CHECK(pieces == std::vector<Piece>{{{inside, "v"}, list_level}});
}

TEST_CASE("neighbours that are cut at the same level go on as one") {
  const auto mine = numbered_records(70'000);
  auto other = mine;
  for (auto& [key, record] : other) record.head.stamp.hlc.value += 1;
  const Filled ours{mine};
  const Filled theirs{other};
  const auto division = *train(theirs.index(), theirs.basis());
  const auto pieces = differing(ours.index(), division, division.level, ours.basis(), Width::half);
  CHECK(pieces.size() < division.fingerprints.size() / 4);
  CHECK(pieces.front().range.begin == "u");
  CHECK(pieces.back().range.end == "v");
}

}
}
