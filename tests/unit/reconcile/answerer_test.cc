#include "reconcile/answerer.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::Filled;
using testing::noon;
using testing::numbered_key;
using testing::only;
using testing::sent;

constexpr core::NodeId peer{9};
constexpr SessionId session{77};

struct Host {
  Probe probe(SessionId id = session, Purpose purpose = Purpose::repair) const {
    return {.session = id,
            .purpose = purpose,
            .basis = filled.basis(),
            .digest_version = merkle::digest_version};
  }
  ProbeReply ask(const Probe& probe, core::NodeId from = peer,
                 Answerer::Objection objection = Answerer::Objection::none) {
    effects.clear();
    const auto verdict = answerer.on_probe(from, probe, objection, noon, effects);
    const auto reply = sent<ProbeReply>(effects).at(0);
    CHECK(reply.verdict == verdict);
    return reply;
  }
  core::Result<void> say(Message message, core::NodeId from = peer) {
    effects.clear();
    return answerer.on_message(from, std::move(message), noon, effects);
  }

  Filled filled{3000};
  Standing standing{.is_ready = true};
  Tickets tickets;
  Answerer answerer{filled.index(), standing, tickets};
  Effects effects;
};

TEST_CASE("a root is compared only under the same standing and at a cut that is kept") {
  Host host;
  auto probe = host.probe();
  SUBCASE("equal") {
    probe.root = host.filled.index().root(probe.basis.cut);
    CHECK(host.ask(probe).verdict == Verdict::equal);
  }
  SUBCASE("not yet") {
    probe.basis.cut.second += 1;
    const auto reply = host.ask(probe);
    CHECK(reply.verdict == Verdict::not_yet);
    CHECK(reply.newest_cut == host.filled.index().newest_cut());
  }
  SUBCASE("gone") {
    probe.basis.cut.second -= core::limits::cuts_kept;
    CHECK(host.ask(probe).verdict == Verdict::gone);
  }
  SUBCASE("starting") {
    host.standing.is_ready = false;
    CHECK(host.ask(probe).verdict == Verdict::starting);
  }
  SUBCASE("another digest version") {
    probe.digest_version += 1;
    CHECK(host.ask(probe).verdict == Verdict::foreign);
  }
  SUBCASE("another horizon") {
    probe.horizon.value = 5;
    CHECK(host.ask(probe).verdict == Verdict::foreign);
  }
  SUBCASE("another roster") {
    probe.roster_hash = 5;
    CHECK(host.ask(probe).verdict == Verdict::foreign);
  }
  SUBCASE("frozen") {
    host.standing.is_frozen = true;
    CHECK(host.ask(probe).verdict == Verdict::frozen);
  }
  SUBCASE("crossed") {
    CHECK(host.ask(probe, peer, Answerer::Objection::crossed).verdict == Verdict::crossed);
  }
  SUBCASE("busy") {
    CHECK(host.ask(probe, peer, Answerer::Objection::busy).verdict == Verdict::busy);
  }
  CHECK(host.answerer.sessions() == 0);
}

TEST_CASE("a comparison minds neither the roster nor that we are frozen") {
  Host host;
  host.standing.is_frozen = true;
  auto probe = host.probe(session, Purpose::compare);
  probe.roster_hash = 5;
  CHECK(host.ask(probe).verdict == Verdict::differ);
}

TEST_CASE("a root that differs admits the session and shows the upper fingerprints") {
  Host host;
  const auto first = host.ask(host.probe());
  CHECK(first.verdict == Verdict::differ);
  CHECK(first.train.size() == 1);
  CHECK(first.count == 3000);
  CHECK(host.answerer.has_repair_from(peer));
  CHECK(host.ask(host.probe()).train == first.train);  // As if it had never been asked.
  CHECK(host.answerer.sessions() == 1);
  auto equal = host.probe();
  equal.root = host.filled.index().root(equal.basis.cut);
  CHECK(host.ask(equal).verdict == Verdict::equal);
  CHECK(host.answerer.sessions() == 0);
}

TEST_CASE("three sessions of a purpose are admitted, and a peer's newer one replaces its older") {
  Host host;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    CHECK(host.ask(host.probe({i}), {i}).verdict == Verdict::differ);
  }
  CHECK(host.ask(host.probe({4}), {4}).verdict == Verdict::busy);
  CHECK(host.ask(host.probe({5}), {1}).verdict == Verdict::differ);
  CHECK(host.answerer.sessions() == 3);
  CHECK(host.ask(host.probe({6}, Purpose::compare), {6}).verdict == Verdict::differ);
}

TEST_CASE("questions of no session are answered with an abort") {
  Host host;
  REQUIRE(host.say(Descend{.session = session}).has_value());
  CHECK(sent<Abort>(host.effects).at(0).session == session);
  REQUIRE(host.say(Abort{session}).has_value());
  CHECK(host.effects.empty());
  host.ask(host.probe());
  REQUIRE(host.say(Pull{.session = session}, {8}).has_value());
  CHECK(sent<Abort>(host.effects).size() == 1);
}

TEST_CASE("a question is answered when the store has answered") {
  Host host;
  host.ask(host.probe());
  const core::Range range{numbered_key(0), numbered_key(10)};
  REQUIRE(
      host
          .say(Descend{
              .session = session, .basis = host.filled.basis(), .request = 5, .to_list = {range}})
          .has_value());
  const auto list = only<List>(host.effects).at(0);
  auto listing = host.filled.side.list(list.range, list.options);
  host.effects.clear();
  CHECK_FALSE(host.answerer.on_listed(list.ticket + 1, listing, noon, host.effects));
  CHECK(host.answerer.on_listed(list.ticket, listing, noon, host.effects));
  const auto reply = sent<DescendReply>(host.effects).at(0);
  CHECK(reply.request == 5);
  CHECK(reply.lists.at(0).items.size() == 10);
}

TEST_CASE("values are fetched when they have been found") {
  Host host;
  host.ask(host.probe());
  const auto key = numbered_key(4);
  REQUIRE(host.say(Pull{.session = session,
                        .basis = host.filled.basis(),
                        .request = 6,
                        .wanted = {{{key, key + "x"}, {host.filled.hash(key)}}}})
              .has_value());
  const auto list = only<List>(host.effects).at(0);
  auto listing = host.filled.side.list(list.range, list.options);
  host.effects.clear();
  CHECK(host.answerer.on_listed(list.ticket, listing, noon, host.effects));
  const auto fetch = only<Fetch>(host.effects).at(0);
  auto records = host.filled.side.fetch(fetch.keys);
  host.effects.clear();
  CHECK(host.answerer.on_fetched(fetch.ticket, records, host.effects));
  CHECK(sent<PullReply>(host.effects).at(0).records.at(0).key == key);
}

TEST_CASE("a push is answered when its records are in the store") {
  Host host;
  host.ask(host.probe());
  REQUIRE(host.say(Push{.session = session,
                        .request = 7,
                        .records = {{numbered_key(1), testing::value_record(1, 1, "v")}}})
              .has_value());
  const auto merge = only<Merge>(host.effects).at(0);
  CHECK(merge.peer == peer);
  CHECK(merge.records.size() == 1);
  host.effects.clear();
  CHECK(host.answerer.on_merged(merge.ticket, 1, host.effects));
  CHECK(sent<PushReply>(host.effects).at(0) ==
        PushReply{.session = session, .request = 7, .taken = 1});
  CHECK_FALSE(host.answerer.on_merged(merge.ticket, 1, host.effects));
}

TEST_CASE("a session that moves more than a thousand records is a bulk one") {
  Host host;
  host.ask(host.probe());
  const ports::KeyedRecord record{numbered_key(1), testing::value_record(1, 1, "v")};
  const std::vector<ports::KeyedRecord> records(bulk_records, record);
  REQUIRE(host.say(Push{.session = session, .records = records}));
  CHECK_FALSE(host.answerer.has_bulk());
  REQUIRE(host.say(
      Pull{.session = session, .wanted = {{core::all_users(), {host.filled.hash(record.key)}}}}));
  CHECK(host.answerer.has_bulk());
}

TEST_CASE("what a session may not ask is refused, and it stays open") {
  Host host;
  const ports::KeyedRecord good{numbered_key(1), testing::value_record(1, 1, "v")};
  host.ask(host.probe());
  host.ask(host.probe({78}, Purpose::compare));
  SUBCASE("a record under what is no key") {
    CHECK_FALSE(host.say(Push{.session = session, .records = {good, {"u", good.record}}}));
  }
  SUBCASE("a record of the system's") {
    CHECK_FALSE(host.say(Push{.session = session, .records = {{"s" + good.key, good.record}}}));
  }
  SUBCASE("a comparison that writes") {
    CHECK_FALSE(host.say(Push{.session = {78}, .records = {good}}));
  }
  SUBCASE("a comparison that asks for values") { CHECK_FALSE(host.say(Pull{.session = {78}})); }
  SUBCASE("an answer") { CHECK_FALSE(host.say(PushReply{.session = session})); }
  SUBCASE("the system's space") {
    CHECK_FALSE(host.say(
        Descend{.session = session, .basis = host.filled.basis(), .to_list = {{"s", "t"}}}));
  }
  SUBCASE("more at a time than the credit allows") {
    for (int i = 0; i < 12; ++i) REQUIRE(host.say(Push{.session = session, .records = {good}}));
    CHECK_FALSE(host.say(Push{.session = session, .records = {good}}));
  }
  CHECK(only<Merge>(host.effects).empty());
  CHECK(host.answerer.sessions() == 2);
}

TEST_CASE("a cut that is gone is said so at once") {
  Host host;
  host.ask(host.probe());
  const auto basis = host.filled.basis();
  host.filled.age();
  REQUIRE(host.say(Descend{.session = session, .basis = basis, .request = 1}).has_value());
  CHECK(sent<DescendReply>(host.effects).at(0).gone);
  REQUIRE(
      host.say(Pull{.session = session, .basis = basis, .want = ports::Want::heads}).has_value());
  CHECK(sent<PullReply>(host.effects).at(0).gone);
}

TEST_CASE("silence, a broken line and a change of standing end a session, a question keeps it") {
  Host host;
  host.ask(host.probe());
  CHECK(host.answerer.next_deadline() == noon + 10s);
  SUBCASE("silence") {
    host.answerer.on_time(noon + 10s - 1ns);
    CHECK(host.answerer.sessions() == 1);
    host.answerer.on_time(noon + 10s);
  }
  SUBCASE("a question") {
    host.effects.clear();
    REQUIRE(host.answerer.on_message(peer, Pull{.session = session}, noon + 9s, host.effects));
    host.answerer.on_time(noon + 10s);
    CHECK(host.answerer.sessions() == 1);
    host.answerer.on_time(noon + 19s);
  }
  SUBCASE("a broken line") {
    host.answerer.on_link_down({8});
    CHECK(host.answerer.sessions() == 1);
    host.answerer.on_link_down(peer);
  }
  SUBCASE("a change of standing") {
    host.effects.clear();
    host.answerer.close_repairs(host.effects);
    CHECK(sent<Abort>(host.effects).size() == 1);
  }
  SUBCASE("an abort") { REQUIRE(host.say(Abort{session})); }
  CHECK(host.answerer.sessions() == 0);
  CHECK_FALSE(host.answerer.next_deadline().has_value());
}

}
}
