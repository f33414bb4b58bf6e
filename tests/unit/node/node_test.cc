#include "node/node.h"

#include <doctest/doctest.h>

#include "fake_pair.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::FakeHost;
using testing::FakePair;

std::uint64_t sessions(const FakeHost& host, Status status) {
  static_cast<void>(host);
  return status.counters.sessions_equal + status.counters.sessions_repaired +
         status.counters.sessions_failed;
}

TEST_CASE("a write here is there as a rumour, and healthy nodes open no session") {
  FakePair pair;
  pair.start();
  for (int i = 0; i < 40; ++i) {
    pair.a.set("a" + std::to_string(i), "v");
    pair.b.set("b" + std::to_string(i), "v");
    pair.carry();
    pair.pass(250ms);
  }
  pair.pass(5s);
  CHECK(answer(pair.b.get("a39")) == "v");
  const auto a = pair.a.node.status(pair.a.now);
  const auto b = pair.b.node.status(pair.b.now);
  CHECK(a.root.has_value());
  CHECK(a.root == b.root);
  CHECK(sessions(pair.a, a) + sessions(pair.b, b) == 0);
  CHECK(a.counters.rumours_sent == 40);
  CHECK(b.counters.rumours_taken == 40);
}

TEST_CASE("an idle pair that is equal sends a beat only at every eighth cut") {
  FakePair pair;
  pair.start();
  pair.a.set("k", "v");
  pair.pass(10s);
  const auto before = pair.a.node.status(pair.a.now).counters.beats_sent;
  pair.pass(80s);
  const auto after = pair.a.node.status(pair.a.now).counters.beats_sent;
  CHECK(after - before == 10);
}

TEST_CASE("a frozen node keeps its own writes to itself until it thaws") {
  FakePair pair;
  pair.start();
  pair.a.deliver(LocalAdmin{{1}, 900, LocalAdmin::Act::freeze});
  CHECK(pair.a.reply_to(900).has_value());
  CHECK(pair.a.store.meta.at(ports::Meta::frozen) == core::Bytes(1, '\1'));
  pair.a.set("mine", "v");
  pair.b.set("theirs", "v");
  pair.pass(10s);
  CHECK(answer(pair.a.get("mine")) == "v");
  CHECK(answer(pair.b.get("mine")) == "(none)");
  CHECK(answer(pair.a.get("theirs")) == "(none)");
  CHECK(pair.b.node.status(pair.b.now).members.at(1).is_frozen);
  CHECK(sessions(pair.a, pair.a.node.status(pair.a.now)) == 0);

  pair.a.deliver(LocalAdmin{{1}, 901, LocalAdmin::Act::thaw});
  pair.pass(15s);
  CHECK(answer(pair.b.get("mine")) == "v");
  CHECK(answer(pair.a.get("theirs")) == "v");
}

TEST_CASE("the next deadline is never further than the next cut") {
  FakeHost host{1};
  host.start();
  const auto deadline = host.node.next_deadline();
  REQUIRE(deadline);
  CHECK(*deadline <= host.now.instant + 1s);
}

TEST_CASE("a node whose clock is off three peers stops stamping and says why") {
  FakeHost host{1};
  host.start();
  for (const std::uint64_t peer : {2, 3, 4}) {
    Datagram datagram;
    datagram.sender = {peer};
    datagram.hlc = core::Hlc::from_ms(static_cast<std::uint64_t>(host.now.wall.ms) + 10'000);
    host.deliver(DatagramReceived{"host-" + std::to_string(peer) + ":1", datagram});
  }
  host.pass(1ms);
  CHECK(host.node.status(host.now).refuses_writes == "its clock is off its peers");
  CHECK(host.node.status(host.now).hlc.ms() < static_cast<std::uint64_t>(host.now.wall.ms) + 600);
}

}
}
