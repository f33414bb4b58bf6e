#include "reconcile/reconcile.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::noon;
using testing::numbered_key;
using testing::numbered_records;
using testing::Pair;
using testing::sent;

// One record more on the other side.
Pair unequal_pair(testing::PairOptions options = {}) {
  auto more = numbered_records(101);
  return Pair{numbered_records(100), more, options};
}

TEST_CASE("a root that differs opens one session, which repairs") {
  auto pair = unequal_pair();
  pair.beat(pair.a);
  pair.beat(pair.a);
  REQUIRE(pair.run());
  CHECK(pair.a.reconcile.stats().opened == 1);
  CHECK(pair.b.reconcile.stats().admitted == 1);
  CHECK(pair.a.store == pair.b.store);
  CHECK(pair.a.ended.at(0).outcome == Outcome::repaired);
}

TEST_CASE("a rumour that comes late makes the session needless") {
  auto pair = unequal_pair();
  pair.beat(pair.a);
  pair.a.put(numbered_key(100), pair.b.store.at(numbered_key(100)));
  REQUIRE(pair.run());
  CHECK(pair.a.reconcile.stats().opened == 0);
}

TEST_CASE("of two sessions that cross, the one of the smaller id stays") {
  // On so long a line both probes are on their way before either arrives.
  auto pair = unequal_pair({.one_way = 900ms});
  pair.beat(pair.a);
  pair.beat(pair.b);
  std::vector<core::NodeId> probed;
  pair.on_the_way = [&](testing::Side& from, Message& message) {
    if (std::holds_alternative<Probe>(message)) probed.push_back(from.id);
    return true;
  };
  REQUIRE(pair.run());
  REQUIRE(probed.size() >= 2);
  CHECK(probed[0] != probed[1]);
  CHECK(pair.a.ended.at(0).outcome == Outcome::repaired);
  CHECK(pair.b.ended.at(0).outcome != Outcome::repaired);
  CHECK(pair.a.store == pair.b.store);
}

TEST_CASE("a frozen node opens nothing and is left alone, but can be compared") {
  auto pair = unequal_pair();
  Effects effects;
  pair.b.reconcile.set_standing({.is_ready = true, .is_frozen = true}, pair.now(), effects);
  pair.beat(pair.a);
  pair.beat(pair.b);
  REQUIRE(pair.run());
  CHECK(pair.b.reconcile.stats().opened == 0);
  CHECK(pair.a.ended.at(0).outcome == Outcome::refused);
  CHECK(pair.a.store != pair.b.store);
  pair.compare(pair.b);
  REQUIRE(pair.run());
  CHECK(pair.b.found.size() == 1);
}

TEST_CASE("freezing ends the repairs that are open, on both sides") {
  auto pair = unequal_pair();
  pair.beat(pair.a);
  pair.run_for(1s);
  REQUIRE(pair.a.reconcile.stats().opened == 1);
  pair.beat(pair.b);
  for (auto* side : {&pair.a, &pair.b}) {
    Effects effects;
    side->reconcile.set_standing({.is_ready = true, .is_frozen = true}, pair.now(), effects);
    CHECK(side->reconcile.sessions_open() == 0);
  }
}

TEST_CASE("while a bulk repair lasts no other is opened or admitted") {
  auto more = numbered_records(4000);
  for (auto& [key, record] : more) record = testing::value_record(1, 1, core::Bytes(1000, 'v'));
  Pair pair{{}, more, {.bytes_per_second = 10'000}};
  pair.beat(pair.a);
  pair.run_for(5s);
  REQUIRE(pair.a.reconcile.sessions_open() == 1);
  const core::NodeId third{3};
  for (auto* side : {&pair.a, &pair.b}) {
    Effects effects;
    const auto cut = side->index.newest_cut();
    REQUIRE(side->reconcile.on_message(
        third, Probe{.session = {4}, .basis = {cut, 1}, .digest_version = merkle::digest_version},
        pair.now(), effects));
    CHECK(sent<ProbeReply>(effects).at(0).verdict == Verdict::busy);
  }
  pair.a.reconcile.on_root_heard(third, pair.a.index.newest_cut(), {}, pair.now());
  pair.run_for(2s);
  CHECK(pair.a.reconcile.stats().opened == 1);
}

TEST_CASE("a cancelled comparison says goodbye to the peer and nothing more to us") {
  auto pair = unequal_pair();
  const auto number = pair.compare(pair.a);
  Effects effects;
  pair.a.reconcile.cancel_compare(number, effects);
  CHECK(sent<Abort>(effects).size() == 1);
  CHECK(pair.a.reconcile.sessions_open() == 0);
  REQUIRE(pair.run());
  CHECK(pair.a.ended.empty());
  CHECK(pair.a.reconcile.stats().stale_messages == 1);
}

TEST_CASE("after a session its cut starts nothing any more") {
  auto pair = unequal_pair();
  pair.beat(pair.a);
  REQUIRE(pair.run());
  const auto cut = pair.a.ended.at(0).figures.cut;
  pair.a.reconcile.on_root_heard(pair.b.id, cut, {}, pair.now());
  CHECK_FALSE(pair.a.reconcile.next_deadline().has_value());
}

TEST_CASE("a message that makes no sense is an error, is counted, and ends nothing by itself") {
  auto pair = unequal_pair();
  pair.compare(pair.a);
  SessionId id;
  pair.on_the_way = [&](testing::Side&, Message& message) {
    id = std::visit([](const auto& one) { return one.session; }, message);
    return true;
  };
  pair.run_for(30ms);
  Effects effects;
  CHECK_FALSE(
      pair.a.reconcile.on_message(pair.b.id, PullReply{.session = id}, pair.now(), effects));
  CHECK(pair.a.reconcile.stats().errors == 1);
  CHECK(pair.a.reconcile.on_message({99}, PullReply{.session = id}, pair.now(), effects));
  CHECK(pair.a.reconcile.stats().stale_messages == 1);
  REQUIRE(pair.run());
  CHECK(pair.a.ended.at(0).outcome == Outcome::compared);
}

}
}
