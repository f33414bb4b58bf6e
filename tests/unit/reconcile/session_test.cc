#include "reconcile/session.h"

#include <doctest/doctest.h>

#include "reconcile/division.h"
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

// A session over our small store; the test plays the peer.
struct Played {
  explicit Played(Purpose purpose = Purpose::repair, std::uint64_t records = 3)
      : ours{records},
        session{{.id = {5},
                 .peer = peer,
                 .purpose = purpose,
                 .range = core::all_users(),
                 .cut = ours.basis().cut,
                 .compare = 11},
                {ours.index(), standing, tickets, nullptr},
                core::Prng{3}} {}

  void start() { session.start(noon, effects); }
  core::Result<void> hear(Message message, core::Instant now = noon) {
    effects.clear();
    return session.on_message(std::move(message), now, effects);
  }
  void answer_probe(Verdict verdict) {
    REQUIRE(hear(
        ProbeReply{.session = {5}, .verdict = verdict, .newest_cut = ours.index().newest_cut()}));
  }
  // The whole range is listed by the peer as `items`, and our own listing is served.
  void answer_list(std::vector<Item> items) {
    const auto question = sent<Descend>(effects).at(0);
    REQUIRE(hear(DescendReply{.request = question.request,
                              .lists = {{core::all_users(), std::move(items)}}}));
    serve();
  }
  void serve() {
    const auto lists = only<List>(effects);
    effects.clear();
    for (const auto& list : lists) {
      auto listing = ours.side.list(list.range, list.options);
      CHECK(session.on_listed(list.ticket, listing, noon, effects));
    }
  }
  Ended ended() const {
    const auto all = only<Ended>(effects);
    REQUIRE(all.size() == 1);
    return all[0];
  }

  Filled ours;
  Standing standing{.is_ready = true};
  Tickets tickets;
  Effects effects;
  Session session;
};

TEST_CASE("an equal root ends the session after one round trip") {
  Played one;
  one.start();
  const auto probe = sent<Probe>(one.effects).at(0);
  CHECK(probe.root == one.ours.index().root(probe.basis.cut));
  one.answer_probe(Verdict::equal);
  CHECK(one.session.state() == Session::State::finished);
  CHECK(one.ended().outcome == Outcome::equal);
  CHECK(one.ended().figures.round_trips == 1);
  CHECK(sent<Abort>(one.effects).empty());
}

TEST_CASE("a repair pulls what is newer there, pushes what is newer here, and looks again") {
  Played one;
  one.start();
  one.answer_probe(Verdict::differ);
  auto newer = one.ours.item(numbered_key(1));
  newer.hlc.value += 1;
  one.answer_list({one.ours.item(numbered_key(0)), newer});

  const auto pull = sent<Pull>(one.effects).at(0);
  CHECK(pull.want == ports::Want::values);
  CHECK(pull.wanted.at(0).keys == std::vector{newer.key});
  const auto fetch = only<Fetch>(one.effects).at(0);
  CHECK(fetch.keys == std::vector{numbered_key(2)});

  auto records = one.ours.side.fetch(fetch.keys);
  one.effects.clear();
  CHECK(one.session.on_fetched(fetch.ticket, records, noon, one.effects));
  const auto push = sent<Push>(one.effects).at(0);
  CHECK(push.records.at(0).key == numbered_key(2));
  REQUIRE(one.hear(PushReply{.request = push.request, .taken = 1}));

  auto record = testing::value_record(newer.hlc.value, 1, "newer");
  REQUIRE(one.hear(PullReply{
      .request = pull.request, .records = {{numbered_key(1), record}}, .value_bytes = {5}}));
  const auto merge = only<Merge>(one.effects).at(0);
  CHECK(sent<Probe>(one.effects).empty());  // Not before the record is in the store.
  one.effects.clear();
  CHECK(one.session.on_merged(merge.ticket, 1, noon, one.effects));
  CHECK(sent<Probe>(one.effects).size() == 1);
  CHECK(one.session.state() == Session::State::verifying);
  one.answer_probe(Verdict::equal);
  const auto ended = one.ended();
  CHECK(ended.outcome == Outcome::repaired);
  CHECK(ended.figures.records_sent == 1);
  CHECK(ended.figures.records_received == 1);
  CHECK(ended.figures.records_taken == 2);
  CHECK(ended.figures.keys_differ == 2);
  CHECK(ended.figures.leaves_differ == 1);
  CHECK(ended.figures.round_trips == 4);
}

TEST_CASE("roots that still differ in the end make it incomplete, and the peer is told") {
  Played one;
  one.start();
  one.answer_probe(Verdict::differ);
  one.answer_list({one.ours.item(numbered_key(0)), one.ours.item(numbered_key(1)),
                   one.ours.item(numbered_key(2))});
  CHECK(one.session.state() == Session::State::verifying);
  one.answer_probe(Verdict::differ);
  CHECK(one.ended().outcome == Outcome::incomplete);
  CHECK(sent<Abort>(one.effects).size() == 1);
}

TEST_CASE("a comparison asks for heads, tells what differs, and moves nothing") {
  Played one{Purpose::compare};
  one.start();
  one.answer_probe(Verdict::differ);
  auto other = one.ours.item(numbered_key(1));
  other.hlc.value -= 1;
  one.answer_list({one.ours.item(numbered_key(0)), other});
  const auto alone = only<Found>(one.effects).at(0);
  CHECK(alone.key == numbered_key(2));
  CHECK(alone.compare == 11);
  const auto pull = sent<Pull>(one.effects).at(0);
  CHECK(pull.want == ports::Want::heads);
  auto record = testing::value_record(other.hlc.value, 1, "");
  REQUIRE(one.hear(PullReply{
      .request = pull.request, .records = {{numbered_key(1), record}}, .value_bytes = {99}}));
  const auto both = only<Found>(one.effects).at(0);
  CHECK(both.key == numbered_key(1));
  CHECK(both.their_bytes == 99);
  CHECK(only<Merge>(one.effects).empty());
  CHECK(one.ended().outcome == Outcome::compared);
  CHECK(one.ended().figures.keys_differ == 2);
}

TEST_CASE("a refusal ends the session with its reason") {
  for (const auto verdict :
       {Verdict::busy, Verdict::crossed, Verdict::frozen, Verdict::starting, Verdict::foreign}) {
    Played one;
    one.start();
    one.answer_probe(verdict);
    CHECK(one.ended().outcome == Outcome::refused);
    CHECK_FALSE(one.ended().trouble.empty());
  }
}

TEST_CASE("a cut that the peer does not have yet is asked for again, for three seconds") {
  Played one;
  one.start();
  auto now = noon;
  std::size_t probes = 1;
  while (one.session.state() != Session::State::finished) {
    REQUIRE(one.hear(ProbeReply{.session = {5},
                                .verdict = Verdict::not_yet,
                                .newest_cut = {one.ours.index().newest_cut().second - 1}},
                     now));
    if (one.session.state() == Session::State::finished) break;
    REQUIRE(one.session.next_deadline() == now + 300ms);
    now += 300ms;
    one.effects.clear();
    one.session.on_time(now, one.effects);
    probes += sent<Probe>(one.effects).size();
  }
  CHECK(probes == 11);
  CHECK(one.ended().outcome == Outcome::refused);
}

TEST_CASE("a comparison waits for a cut of its own, and not for ever") {
  Played one{Purpose::compare};
  one.standing.is_ready = false;
  one.start();
  CHECK(one.effects.empty());
  CHECK(one.session.next_deadline() == noon + 50ms);
  SUBCASE("it comes") {
    one.standing.is_ready = true;
    one.session.on_time(noon + 50ms, one.effects);
    CHECK(sent<Probe>(one.effects).size() == 1);
  }
  SUBCASE("it does not") {
    one.session.on_time(noon + 3s - 1ns, one.effects);
    CHECK(one.effects.empty());
    one.session.on_time(noon + 3s + 50ms, one.effects);
    CHECK(one.ended().outcome == Outcome::refused);
  }
}

TEST_CASE("a silent peer is abandoned after the patience and not a tick before") {
  Played one;
  one.start();
  one.effects.clear();
  one.session.on_time(noon + 10s - 1ns, one.effects);
  CHECK(one.effects.empty());
  one.session.on_time(noon + 10s, one.effects);
  CHECK(one.ended().outcome == Outcome::failed);
  CHECK(one.session.was_unreachable());
  CHECK(sent<Abort>(one.effects).size() == 1);
}

TEST_CASE("our own slow store is nobody's silence, but the deadline counts") {
  Played one;
  one.start();
  one.answer_probe(Verdict::differ);
  const auto question = sent<Descend>(one.effects).at(0);
  REQUIRE(one.hear(DescendReply{.request = question.request, .lists = {{core::all_users(), {}}}}));
  one.effects.clear();
  one.session.on_time(noon + 5min, one.effects);
  CHECK(one.effects.empty());
  CHECK(one.session.next_deadline() == noon + 10min);
  one.session.on_time(noon + 10min, one.effects);
  CHECK(one.ended().outcome == Outcome::failed);
}

TEST_CASE("a cut that is gone in mid-walk costs a probe, and what waits is walked at a newer one") {
  Played one;
  one.start();
  one.answer_probe(Verdict::differ);
  const auto question = sent<Descend>(one.effects).at(0);
  one.ours.age();
  REQUIRE(one.hear(DescendReply{.request = question.request, .gone = true}));
  const auto probe = sent<Probe>(one.effects).at(0);
  CHECK(probe.basis.cut > question.basis.cut);
  one.answer_probe(Verdict::differ);
  const auto again = sent<Descend>(one.effects).at(0);
  CHECK(again.basis.cut == probe.basis.cut);
  CHECK(again.to_list == question.to_list);
}

TEST_CASE("an opening whose cut has gone here meanwhile is asked for again") {
  Played one{Purpose::repair, 3000};
  one.start();
  const auto opening = *train(one.ours.index(), one.ours.basis());
  one.ours.age();
  REQUIRE(one.hear(ProbeReply{.verdict = Verdict::differ, .train = {opening}}));
  CHECK(sent<Descend>(one.effects).empty());
  CHECK(sent<Probe>(one.effects).at(0).basis.cut == one.ours.index().newest_cut());
}

TEST_CASE("messages that make no sense are refused and change nothing") {
  Played one;
  one.start();
  CHECK_FALSE(one.hear(DescendReply{.request = 1}));
  CHECK_FALSE(one.hear(PullReply{.request = 1}));
  CHECK_FALSE(one.hear(PushReply{.request = 1}));
  CHECK_FALSE(one.hear(Probe{}));
  CHECK_FALSE(one.hear(ProbeReply{.verdict = Verdict::differ,
                                  .train = {{.range = {"ua", "ub"}, .fingerprints = {1}}}}));
  CHECK(one.effects.empty());
  CHECK(one.session.state() == Session::State::probing);
  one.answer_probe(Verdict::differ);
  const auto asked = one.effects;
  CHECK_FALSE(one.hear(ProbeReply{.verdict = Verdict::equal}));
  one.effects = asked;
  one.answer_list({{.key = 1, .hlc = {9}}});
  const auto pull = sent<Pull>(one.effects).at(0);
  CHECK_FALSE(one.hear(PullReply{.request = pull.request,
                                 .records = {{numbered_key(0), testing::value_record(1, 1, "")}},
                                 .value_bytes = {0}}));
  CHECK(one.effects.empty());
}

TEST_CASE("a broken line, an abort and our own will end it") {
  Played one;
  one.start();
  one.effects.clear();
  SUBCASE("line") {
    one.session.on_link_down(noon, one.effects);
    CHECK(one.session.was_unreachable());
    CHECK(sent<Abort>(one.effects).empty());
  }
  SUBCASE("abort") {
    REQUIRE(one.hear(Abort{{5}}));
    CHECK(sent<Abort>(one.effects).empty());
  }
  SUBCASE("will") {
    one.session.give_up("frozen", noon, one.effects);
    CHECK(sent<Abort>(one.effects).size() == 1);
    CHECK(one.ended().trouble == "frozen");
  }
  CHECK(one.ended().outcome == Outcome::failed);
  CHECK_FALSE(one.session.next_deadline().has_value());
}

}
}
