#include "reconcile/pull_job.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::Filled;
using testing::noon;
using testing::numbered_key;
using testing::only;
using testing::serve;

Pull pull_of(const Filled& side, ports::Want want, std::vector<std::uint64_t> numbers) {
  Pull pull{.basis = side.basis(), .request = 8, .want = want, .wanted = {{core::all_users(), {}}}};
  for (const auto number : numbers) {
    pull.wanted[0].keys.push_back(side.hash(numbered_key(number)));
  }
  return pull;
}

void serve_all(PullJob& job, const testing::Side& side) {
  const auto effects = serve(job, side, noon);
  for (const auto& fetch : only<Fetch>(effects)) {
    auto records = side.fetch(fetch.keys);
    CHECK(job.on_fetched(fetch.ticket, records));
  }
}

TEST_CASE("a question outside the tree is refused") {
  CHECK(PullJob::check({.wanted = {{core::all_users(), {}}}}).has_value());
  CHECK_FALSE(PullJob::check({.wanted = {{{"s", "v"}, {}}}}).has_value());
  CHECK_FALSE(PullJob::check({.wanted = {{{"uz", "ua"}, {}}}}).has_value());
  CHECK_FALSE(
      PullJob::check({.wanted = std::vector<Wanted>(1025, {{"ua", "ub"}, {}})}).has_value());
}

TEST_CASE("values are the newest, whatever the cut") {
  Filled ours{5000};
  ours.side.put(numbered_key(7), testing::value_record(
                                     core::Hlc::from_ms(testing::loaded_until_ms).value, 1, "new"));
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::values, {3, 7, 4000}), noon};
  serve_all(job, ours.side);
  REQUIRE(job.is_done());
  const auto reply = job.take_reply();
  CHECK(reply.request == 8);
  CHECK(reply.is_complete);
  REQUIRE(reply.records.size() == 3);
  CHECK(reply.records[1].record.value == "new");
  CHECK(reply.records[2].key == numbered_key(4000));
  CHECK(reply.value_bytes == std::vector<std::uint64_t>{5, 3, 5});
}

TEST_CASE("heads are those of the cut, without values") {
  Filled ours{100};
  ours.side.put(numbered_key(7), testing::value_record(
                                     core::Hlc::from_ms(testing::loaded_until_ms).value, 1, "new"));
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::heads, {7, 8}), noon};
  serve(job, ours.side, noon);
  REQUIRE(job.is_done());
  const auto reply = job.take_reply();
  REQUIRE(reply.records.size() == 2);
  CHECK(reply.records[0].record.head.stamp.hlc == core::Hlc::from_ms(8));
  CHECK(reply.records[0].record.value.empty());
}

TEST_CASE("an answer ends at the batch, but never before its first record") {
  testing::Records records;
  for (std::uint64_t i = 0; i < 5; ++i) {
    records[numbered_key(i)] = testing::value_record(i + 1, 1, core::Bytes(200'000, 'v'));
  }
  records[numbered_key(0)] = testing::value_record(1, 1, core::Bytes(1'000'000, 'v'));
  const Filled ours{records};
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::values, {0, 1, 2}), noon};
  serve_all(job, ours.side);
  const auto reply = job.take_reply();
  CHECK_FALSE(reply.is_complete);
  CHECK(reply.records.size() == 1);
}

TEST_CASE("corrupt records are left out, and an answer that lost all is a complete one") {
  testing::Records records;
  for (std::uint64_t i = 0; i < 3; ++i) {
    records[numbered_key(i)] = testing::value_record(i + 1, 1, core::Bytes(100'000, 'v'));
  }
  const Filled ours{records};
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::values, {0, 1, 2}), noon};
  const auto effects = serve(job, ours.side, noon);
  std::vector<std::optional<core::Record>> none(2);
  REQUIRE(job.on_fetched(only<Fetch>(effects).at(0).ticket, none));
  const auto reply = job.take_reply();
  CHECK(reply.is_complete);
  CHECK(reply.records.empty());
}

TEST_CASE("reading stops when every wanted key has been met") {
  const Filled ours{5000};
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::heads, {0}), noon};
  Effects effects;
  job.ask(effects);
  const auto list = only<List>(effects).at(0);
  auto listing = ours.side.list(list.range, list.options);
  REQUIRE(listing.covered.end < list.range.end);
  CHECK(job.on_listed(list.ticket, listing, noon));
  CHECK(job.is_done());
}

TEST_CASE("heads of a cut that goes meanwhile are `gone`") {
  Filled ours{100};
  Tickets tickets;
  PullJob job{ours.index(), tickets, pull_of(ours, ports::Want::heads, {0}), noon};
  ours.age();
  serve(job, ours.side, noon);
  REQUIRE(job.is_done());
  CHECK(job.take_reply().gone);
}

}
}
