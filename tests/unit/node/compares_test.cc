#include "node/compares.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/limits.h"
#include "fake_pair.h"
#include "fake_trio.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::FakePair;
using testing::FakeTrio;

// What came back for one ticket.
struct Outcome {
  std::vector<CompareEntry> entries;
  std::optional<CompareSummary> summary;
};

Outcome outcome_of(const FakeHost& host, std::uint64_t ticket) {
  Outcome outcome;
  for (const auto& reply : host.replies) {
    if (reply.ticket != ticket) continue;
    if (const auto* entry = std::get_if<CompareEntry>(&reply.reply)) {
      outcome.entries.push_back(*entry);
    }
    if (const auto* summary = std::get_if<CompareSummary>(&reply.reply)) {
      CHECK_FALSE(outcome.summary.has_value());
      outcome.summary = *summary;
    }
  }
  return outcome;
}

std::string trouble_of(const FakeHost& host, std::uint64_t ticket) {
  const auto outcome = outcome_of(host, ticket);
  return outcome.summary ? outcome.summary->trouble : "(no summary)";
}

std::map<core::Bytes, char> signs_of(const Outcome& outcome) {
  std::map<core::Bytes, char> signs;
  for (const auto& entry : outcome.entries) {
    signs[*core::decode_key(entry.key)] = !entry.theirs ? '<' : !entry.ours ? '>' : '*';
  }
  return signs;
}

// b and c hold what nobody else has, and one key that both have written.
void start_apart(FakeTrio& trio) {
  trio.start();
  trio.freeze_all();
  trio.a.set("on-a", "a");
  trio.b.set("on-b", "b");
  trio.b.set("both", "of b");
  trio.c.set("on-c", "c");
  trio.c.pass(10ms);
  trio.c.set("both", "of c");
  trio.pass(3s);
}

std::vector<CompareRequest> requests_to(FakeHost& host) {
  std::vector<CompareRequest> requests;
  for (const auto& sent : host.frames) {
    if (const auto* request = std::get_if<CompareRequest>(&sent.frame.body)) {
      requests.push_back(*request);
    }
  }
  return requests;
}

template <typename Body>
std::size_t count_sent(const FakeHost& host) {
  return static_cast<std::size_t>(std::ranges::count_if(host.frames, [](const SendFrame& sent) {
    return std::holds_alternative<Body>(sent.frame.body);
  }));
}

}

TEST_CASE("two other nodes are compared, and what differs comes back as the first sees it") {
  FakeTrio trio;
  start_apart(trio);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  trio.pass(5s);
  const auto outcome = outcome_of(trio.a, 901);
  REQUIRE(outcome.summary);
  CHECK(outcome.summary->trouble.empty());
  CHECK(outcome.summary->from_name == "n2");
  CHECK(outcome.summary->peer_name == "n3");
  CHECK(outcome.summary->peer == core::NodeId{3});
  CHECK(outcome.summary->keys_differ == 3);
  CHECK(outcome.summary->leaves == trio.b.node.status(trio.b.now).leaves);
  CHECK(signs_of(outcome) ==
        std::map<core::Bytes, char>{{"on-b", '<'}, {"on-c", '>'}, {"both", '*'}});
  CHECK(trio.b.replies.size() == 3);  // Of its own writes and its freeze.
  CHECK_FALSE(trio.a.store.records.contains(core::encode_key("on-b")));
}

TEST_CASE("another node is compared with us, in that order, called by id or address") {
  FakeTrio trio;
  start_apart(trio);
  trio.a.deliver(LocalCompare{{1}, 901, "n1", core::all_users(), core::to_text(core::NodeId{2})});
  trio.a.deliver(LocalCompare{{1}, 902, "host-1:1", core::range_of_prefix("on-"), "host-2:1"});
  trio.pass(5s);
  const auto whole = outcome_of(trio.a, 901);
  REQUIRE(whole.summary);
  CHECK(whole.summary->from_name == "n2");
  CHECK(whole.summary->peer_name == "n1");
  CHECK(signs_of(whole) ==
        std::map<core::Bytes, char>{{"on-b", '<'}, {"on-a", '>'}, {"both", '<'}});
  CHECK(signs_of(outcome_of(trio.a, 902)) ==
        std::map<core::Bytes, char>{{"on-b", '<'}, {"on-a", '>'}});
}

TEST_CASE("from this node itself nobody else is asked") {
  FakeTrio trio;
  start_apart(trio);
  trio.a.deliver(LocalCompare{{1}, 901, "n2", core::all_users(), "n1"});
  CHECK(requests_to(trio.a).empty());
  trio.pass(5s);
  CHECK(signs_of(outcome_of(trio.a, 901)) ==
        std::map<core::Bytes, char>{{"on-a", '<'}, {"on-b", '>'}, {"both", '>'}});
  CHECK(outcome_of(trio.a, 901).summary->from_name == "n1");
}

TEST_CASE("many differences come in frames of a bounded size") {
  FakeTrio trio;
  trio.start();
  trio.freeze_all();
  for (int i = 0; i < 2000; ++i) trio.b.set("key" + std::to_string(i), "v");
  trio.pass(3s);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  trio.pass(5s);
  CHECK(outcome_of(trio.a, 901).entries.size() == 2000);
  CHECK(trouble_of(trio.a, 901).empty());
  std::size_t entries = 0;
  std::size_t replies = 0;
  for (const auto& sent : trio.carried) {
    const auto* reply = std::get_if<CompareReply>(&sent.frame.body);
    if (reply == nullptr) continue;
    ++replies;
    entries += reply->entries.size();
    std::size_t bytes = 0;
    for (const auto& entry : reply->entries) bytes += entry.key.size() + 100;
    CHECK(bytes <= core::limits::listing_bytes_max);
  }
  CHECK(entries == 2000);
  CHECK(replies > 3);
  CHECK(replies < 60);  // And not one for each key.
}

TEST_CASE("a comparison with nobody, with itself or without a link says so") {
  FakePair pair;
  pair.start();
  pair.a.deliver(LocalCompare{{1}, 901, "nobody", core::all_users()});
  CHECK(trouble_of(pair.a, 901) == "no member is called nobody");
  pair.a.deliver(LocalCompare{{1}, 902, "n2", core::all_users(), "nobody"});
  CHECK(trouble_of(pair.a, 902) == "no member is called nobody");
  pair.a.deliver(LocalCompare{{1}, 903, "n2", core::all_users(), "host-2:1"});
  CHECK(trouble_of(pair.a, 903) == "both are n2: there is nothing to compare");
  pair.a.deliver(LocalCompare{{1}, 904, "n1", core::all_users()});
  CHECK(trouble_of(pair.a, 904) == "both are n1: there is nothing to compare");
  pair.cut();
  pair.a.deliver(LocalCompare{{1}, 905, "n2", core::all_users()});
  CHECK(trouble_of(pair.a, 905) == "no link to n2 at host-2:1");
  pair.a.deliver(LocalCompare{{1}, 906, "n1", core::all_users(), "n2"});
  CHECK(trouble_of(pair.a, 906) == "no link to n2 at host-2:1");
  CHECK(outcome_of(pair.a, 906).summary->from_name == "n2");
}

TEST_CASE("a trouble of the node that walks is told as its own") {
  FakeTrio trio;
  start_apart(trio);
  trio.cut(trio.b, trio.c);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  trio.carry();
  CHECK(trouble_of(trio.a, 901) == "n2 says: no link to n3 at host-3:1");
}

TEST_CASE("a link that goes down ends what was asked over it, on both sides") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.c);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  trio.pass(2s);
  CHECK(trio.b.node.status(trio.b.now).sessions_open == 1);
  trio.cut(trio.a, trio.b);
  CHECK(trouble_of(trio.a, 901) == "the link to n2 went down");
  CHECK(trio.b.node.status(trio.b.now).sessions_open == 0);
}

TEST_CASE("who walks in silence is given up after the patience of a session, and told so") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.b);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  trio.pass(core::limits::session_patience - 250ms);
  CHECK(trouble_of(trio.a, 901) == "(no summary)");
  CHECK(*trio.a.node.next_deadline() <= trio.a.now.instant + 250ms);
  trio.a.pass(250ms);
  CHECK(trouble_of(trio.a, 901) == "n2 has gone silent");
  CHECK(count_sent<CompareCancel>(trio.a) == 1);
}

TEST_CASE("who gives signs of life is waited for") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.b);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  const auto number = requests_to(trio.a).at(0).number;
  for (int i = 0; i < 5; ++i) {
    trio.pass(core::limits::session_patience / 2);
    trio.a.deliver(FrameReceived{{2}, {{}, CompareReply{number, {}, {}}}});
  }
  CHECK(trouble_of(trio.a, 901) == "(no summary)");
}

TEST_CASE("a walk that finds nothing for long gives signs of life") {
  FakeTrio trio;
  start_apart(trio);
  trio.b.frames.clear();
  trio.deaf.insert(&trio.c);
  trio.b.deliver(FrameReceived{{1}, {{}, CompareRequest{1, {3}, core::all_users()}}});
  trio.b.pass(core::limits::compare_sign_of_life - 1ms);
  CHECK(count_sent<CompareReply>(trio.b) == 0);
  CHECK(*trio.b.node.next_deadline() <= trio.b.now.instant + 1ms);
  trio.b.pass(1ms);
  CHECK(count_sent<CompareReply>(trio.b) == 1);
}

TEST_CASE("a client that is gone takes its comparison with it, wherever that is walked") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.c);
  trio.a.deliver(LocalCompare{{7}, 901, "n3", core::all_users(), "n2"});
  trio.a.deliver(LocalCompare{{7}, 902, "n2", core::all_users()});
  trio.a.deliver(LocalCompare{{8}, 903, "n3", core::all_users(), "n2"});
  trio.pass(500ms);
  CHECK(trio.b.node.status(trio.b.now).sessions_open >= 2);
  trio.a.deliver(LocalCancel{{7}});
  trio.carry();
  CHECK(trio.b.node.status(trio.b.now).sessions_open == 1);
  trio.deaf.clear();
  trio.pass(5s);
  CHECK(trouble_of(trio.a, 901) == "(no summary)");
  CHECK(trouble_of(trio.a, 902) == "(no summary)");
  CHECK(trouble_of(trio.a, 903).empty());
}

TEST_CASE("a peer has at most three comparisons walked at once") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.c);
  for (std::uint64_t ticket = 901; ticket <= 904; ++ticket) {
    trio.a.deliver(LocalCompare{{ticket}, ticket, "n3", core::all_users(), "n2"});
  }
  trio.carry();
  CHECK(trouble_of(trio.a, 903) == "(no summary)");
  CHECK(trouble_of(trio.a, 904) == "n2 says: it walks 3 comparisons for this node already");
}

TEST_CASE("what was lost on the way is noticed") {
  FakeTrio trio;
  start_apart(trio);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::all_users(), "n2"});
  const auto number = requests_to(trio.a).at(0).number;
  CompareSummary summary;
  summary.keys_differ = 2;
  trio.a.deliver(FrameReceived{
      {2}, {{}, CompareReply{number, {{core::encode_key("k"), core::RecordHead{}, {}}}, summary}}});
  CHECK(trouble_of(trio.a, 901) == "part of what n2 found was lost on the way");
}

TEST_CASE("replies that make no sense drop the link and change nothing") {
  FakeTrio trio;
  start_apart(trio);
  trio.a.deliver(LocalCompare{{1}, 901, "n3", core::range_of_prefix("p"), "n2"});
  const auto number = requests_to(trio.a).at(0).number;
  const auto hear = [&](std::uint64_t from, CompareReply reply) {
    trio.a.dropped.clear();
    trio.a.deliver(FrameReceived{{from}, {{}, std::move(reply)}});
    return trio.a.dropped.size();
  };
  CHECK(hear(3, {number, {}, CompareSummary{}}) == 1);
  CHECK(hear(2, {number, {{core::encode_key("q"), core::RecordHead{}, {}}}, {}}) == 1);
  CHECK(outcome_of(trio.a, 901).entries.empty());
  CHECK(hear(2, {number + 1, {}, CompareSummary{}}) == 0);  // Given up before it came.
  CHECK(trouble_of(trio.a, 901) == "(no summary)");
  CHECK(hear(2, {number, {}, CompareSummary{}}) == 0);
  CHECK(trouble_of(trio.a, 901).empty());
}

TEST_CASE("requests that make no sense are refused or drop the link") {
  FakeTrio trio;
  start_apart(trio);
  trio.deaf.insert(&trio.c);
  const auto ask = [&](std::uint64_t number, std::uint64_t peer) {
    trio.b.dropped.clear();
    trio.b.frames.clear();
    trio.b.deliver(FrameReceived{{1}, {{}, CompareRequest{number, {peer}, core::all_users()}}});
    if (!trio.b.dropped.empty()) return std::string{"dropped"};
    for (const auto& sent : trio.b.frames) {
      const auto* reply = std::get_if<CompareReply>(&sent.frame.body);
      if (reply != nullptr && reply->summary) return reply->summary->trouble;
    }
    return std::string{"walks"};
  };
  CHECK(ask(1, 99) == "no member has the id " + core::to_text(core::NodeId{99}));
  CHECK(ask(2, 2) == "it is that node itself");
  CHECK(ask(3, 3) == "walks");
  CHECK(ask(3, 3) == "dropped");
}

}
