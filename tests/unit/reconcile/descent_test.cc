#include "reconcile/descent.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::Filled;
using testing::numbered_key;
using testing::numbered_records;

// One key of 70,000 is newer on the other side; the first question has been asked.
struct Asked {
  Asked() {
    auto records = numbered_records(70'000);
    records[numbered_key(31'234)].head.stamp.hlc.value += 1;
    theirs.emplace(records);
    REQUIRE(descent.on_train({*train(theirs->index(), theirs->basis())}, ours.basis()));
    question = *descent.take_question(ours.basis(), 1, true);
    leaf = differing(theirs->index(), question.divisions.at(0), 0, theirs->basis(), Width::whole)
               .at(0)
               .range;
  }

  DescendReply reply() const {
    return {.request = 1, .lists = {{.range = leaf, .items = std::vector<Item>(3)}}};
  }

  Filled ours{70'000};
  std::optional<Filled> theirs;
  Descent descent{ours.index(), core::all_users()};
  Descend question;
  core::Range leaf;
};

TEST_CASE("a descent asks about what differs, and ends at a list") {
  Asked one;
  CHECK(one.question.divisions.size() == 1);
  CHECK(one.question.to_list.empty());
  CHECK_FALSE(one.descent.take_question(one.ours.basis(), 2, true).has_value());

  const auto leaves = one.descent.on_reply(one.reply());
  REQUIRE(leaves.has_value());
  REQUIRE(leaves->size() == 1);
  CHECK(leaves->at(0).theirs.range.contains(numbered_key(31'234)));
  CHECK(leaves->at(0).cut == one.ours.basis().cut);
  CHECK(one.descent.is_done());
  CHECK(one.descent.rounds() == 2);
}

TEST_CASE("an answer that leaves everything out says that all is equal by now") {
  Asked one;
  CHECK(one.descent.on_reply({.request = 1}).has_value());
  CHECK(one.descent.is_done());
}

TEST_CASE("answers that make no sense are refused and change nothing") {
  Asked one;
  auto reply = one.reply();
  SUBCASE("nobody asked") { reply.request = 2; }
  SUBCASE("another range") { reply.lists[0].range = {"u", one.question.divisions[0].range.begin}; }
  SUBCASE("more than was asked for") { reply.lists[0].range = core::all_users(); }
  SUBCASE("beyond the end of what was asked for") { reply.lists[0].range.end = "v"; }
  SUBCASE("an empty range") { reply.lists[0].range.end = reply.lists[0].range.begin; }
  SUBCASE("the same twice") { reply.lists.push_back(reply.lists[0]); }
  SUBCASE("a division no deeper than the question") {
    reply.lists.clear();
    reply.divisions = {one.question.divisions[0]};
  }
  SUBCASE("a ragged division") {
    reply.divisions = {{.range = reply.lists[0].range, .boundaries = {1}, .fingerprints = {1}}};
    reply.lists.clear();
  }
  CHECK_FALSE(one.descent.on_reply(reply).has_value());
  CHECK(one.descent.in_flight() == 1);
  CHECK(one.descent.on_reply(one.reply()).has_value());
}

TEST_CASE("a piece that is only named is listed when there is nothing left to cut") {
  Asked one;
  const DescendReply named{.request = 1, .divisions = {{.range = one.leaf, .fingerprints = {0}}}};
  REQUIRE(one.descent.on_reply(named).has_value());
  const auto next = one.descent.take_question(one.ours.basis(), 2, true);
  REQUIRE(next.has_value());
  CHECK(next->to_list == std::vector<core::Range>{one.leaf});
}

TEST_CASE("a list that ends early is asked for again from there") {
  Filled ours{0};
  Descent descent{ours.index(), core::all_users()};
  REQUIRE(descent.on_train({}, ours.basis()).has_value());
  CHECK_FALSE(descent.take_question(ours.basis(), 1, false).has_value());
  REQUIRE(descent.take_question(ours.basis(), 1, true)->to_list.at(0) == core::all_users());

  CHECK_FALSE(descent.on_reply({.request = 1, .lists = {{.range = {"uk", "v"}}}}).has_value());
  CHECK_FALSE(descent.on_reply({.request = 1}).has_value());
  REQUIRE(
      descent.on_reply({.request = 1, .lists = {{.range = {"u", "uk"}}, {.range = {"uk", "um"}}}})
          .has_value());
  const auto rest = descent.take_question(ours.basis(), 2, true);
  CHECK(rest->to_list == std::vector<core::Range>{{"um", "v"}});
  REQUIRE(descent.on_reply({.request = 2, .lists = {{.range = {"um", "v"}}}}).has_value());
  CHECK(descent.is_done());
  CHECK(descent.rounds() == 3);
}

TEST_CASE("a question whose cut is gone is asked again, at a cost of one round") {
  Asked one;
  one.descent.put_back(1);
  CHECK(one.descent.in_flight() == 0);
  const auto again = one.descent.take_question(one.ours.basis(99), 2, true);
  REQUIRE(again.has_value());
  CHECK(again->divisions[0].range == one.question.divisions[0].range);
  CHECK(again->divisions[0].fingerprints != one.question.divisions[0].fingerprints);
  auto reply = one.reply();
  reply.request = 2;
  REQUIRE(one.descent.on_reply(reply).has_value());
  CHECK(one.descent.rounds() == 3);
}

TEST_CASE("only what overlaps the wanted range is walked") {
  auto records = numbered_records(70'000);
  for (auto& [key, record] : records) record.head.stamp.hlc.value += 1;
  const Filled theirs{records};
  const Filled ours{70'000};
  const core::Range within{numbered_key(100), numbered_key(200)};
  Descent descent{ours.index(), within};
  REQUIRE(descent.on_train({*train(theirs.index(), theirs.basis())}, ours.basis()).has_value());
  const auto question = descent.take_question(ours.basis(), 1, true);
  REQUIRE(question.has_value());
  CHECK(question->divisions.size() + question->to_list.size() == 1);
  CHECK_FALSE(descent.has_pieces());
}

TEST_CASE("an opening about less than everything is refused") {
  const Filled ours{100};
  Descent descent{ours.index(), core::all_users()};
  CHECK_FALSE(
      descent.on_train({{.range = {"u", "uz"}, .fingerprints = {1}}}, ours.basis()).has_value());
  CHECK(descent.is_done());
}

}
}
