#include "reconcile/list_job.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::Filled;
using testing::noon;
using testing::numbered_key;
using testing::numbered_records;
using testing::only;
using testing::serve;

TEST_CASE("a question outside the tree is refused") {
  CHECK(ListJob::check({.to_list = {core::all_users()}}).has_value());
  CHECK_FALSE(ListJob::check({.to_list = {{"s", "t"}}}).has_value());
  CHECK_FALSE(ListJob::check({.to_list = {{"u", "w"}}}).has_value());
  CHECK_FALSE(ListJob::check({.to_list = {{"ub", "ua"}}}).has_value());
  CHECK_FALSE(
      ListJob::check({.divisions = {{.range = {"t", "v"}, .fingerprints = {1}}}}).has_value());
  CHECK_FALSE(
      ListJob::check({.to_list = std::vector<core::Range>(1025, {"ua", "ub"})}).has_value());
}

TEST_CASE("a differing piece comes back one level deeper, or as its items") {
  auto records = numbered_records(70'000);
  const Filled theirs{records};
  records[numbered_key(500)].head.stamp.hlc.value += 1;
  Filled ours{records};
  const auto question = *train(theirs.index(), theirs.basis());
  auto whole = question;  // As a question carries it: with whole fingerprints.
  const auto pieces =
      *theirs.index().cut_range(core::all_users(), question.level, theirs.basis().cut, 2000);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    whole.fingerprints[i] = merkle::fingerprint(pieces[i].summary, theirs.basis().salt);
  }
  Tickets tickets;
  ListJob job{
      ours.index(), tickets, {.basis = ours.basis(), .request = 4, .divisions = {whole}}, noon};
  REQUIRE(job.is_done());
  const auto reply = job.take_reply();
  CHECK(reply.request == 4);
  CHECK(reply.lists.empty());
  REQUIRE(reply.divisions.size() == 1);
  CHECK(reply.divisions[0].level < question.level);
  CHECK(reply.divisions[0].range.contains(numbered_key(500)));

  ListJob deeper{
      theirs.index(), tickets, {.basis = theirs.basis(), .divisions = reply.divisions}, noon};
  serve(deeper, theirs.side, noon);
  REQUIRE(deeper.is_done());
  const auto leaf = deeper.take_reply();
  CHECK(leaf.divisions.empty());
  REQUIRE(leaf.lists.size() == 1);
  const auto item = theirs.item(numbered_key(500));
  CHECK(std::ranges::count(leaf.lists[0].items, item) == 1);
}

TEST_CASE("a list is the records as of the cut, in chunks that join without a gap") {
  Filled ours{5000};
  ours.side.put(numbered_key(1), testing::value_record(
                                     core::Hlc::from_ms(testing::loaded_until_ms).value, 1, "new"));
  Tickets tickets;
  ListJob job{ours.index(), tickets, {.basis = ours.basis(), .to_list = {core::all_users()}}, noon};
  serve(job, ours.side, noon);
  const auto reply = job.take_reply();
  CHECK(reply.lists.size() > 1);
  CHECK(reply.lists.front().range.begin == "u");
  CHECK(reply.lists.back().range.end == "v");
  std::size_t items = 0;
  for (std::size_t i = 0; i < reply.lists.size(); ++i) {
    if (i > 0) CHECK(reply.lists[i].range.begin == reply.lists[i - 1].range.end);
    items += reply.lists[i].items.size();
  }
  CHECK(items == 5000);
  CHECK(reply.lists[0].items[1].hlc == core::Hlc::from_ms(2));  // Not the newer one.
}

TEST_CASE("after a second what there is must do") {
  const Filled ours{5000};
  Tickets tickets;
  ListJob job{ours.index(), tickets, {.basis = ours.basis(), .to_list = {core::all_users()}}, noon};
  serve(job, ours.side, noon + 1s);
  REQUIRE(job.is_done());
  const auto reply = job.take_reply();
  CHECK(reply.lists.size() == 1);
  CHECK(reply.divisions.empty());
}

TEST_CASE("what was not asked for and is not listed in time is named") {
  auto records = numbered_records(2000);
  const Filled theirs{records};
  for (auto& [key, record] : records) record.head.stamp.hlc.value += 1;
  const Filled ours{records};
  auto question = *train(theirs.index(), theirs.basis());
  for (auto& fingerprint : question.fingerprints) fingerprint |= std::uint64_t{1} << 40;
  Tickets tickets;
  ListJob job{ours.index(), tickets, {.basis = ours.basis(), .divisions = {question}}, noon};
  serve(job, ours.side, noon + 1s);
  const auto reply = job.take_reply();
  CHECK(reply.lists.size() == 1);
  CHECK(reply.divisions.size() == question.fingerprints.size() - 1);
  for (const auto& division : reply.divisions) CHECK(division.boundaries.empty());
}

TEST_CASE("a cut that goes while the store is read makes the answer `gone`") {
  Filled ours{100};
  Tickets tickets;
  ListJob job{ours.index(),
              tickets,
              {.basis = ours.basis(), .request = 3, .to_list = {core::all_users()}},
              noon};
  Effects effects;
  job.ask(effects);
  ours.age();
  const auto list = only<List>(effects).at(0);
  auto listing = ours.side.list(list.range, list.options);
  CHECK(job.on_listed(list.ticket, listing, noon));
  REQUIRE(job.is_done());
  CHECK(job.take_reply() == DescendReply{.request = 3, .gone = true});
}

}
}
