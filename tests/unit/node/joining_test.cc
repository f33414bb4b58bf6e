#include "node/joining.h"

#include <doctest/doctest.h>

#include "fake_pair.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::FakePair;

TEST_CASE("a node without seeds starts a roster of its own at once") {
  FakeHost host{1};
  host.start();
  CHECK(host.node.status(host.now).roster_members == 1);
  CHECK(host.store.meta.contains(ports::Meta::roster));
}

TEST_CASE("a first start waits ten seconds for its seeds and not a tick longer") {
  FakeHost host{1, {"seed:1"}};
  host.start();
  CHECK(host.dialled == std::vector<std::string>{"seed:1"});
  host.pass(10s - 1ms);
  CHECK(host.node.status(host.now).roster_members == 0);
  host.pass(1ms);
  CHECK(host.node.status(host.now).roster_members == 1);
}

TEST_CASE(
    "two that start together are of one roster, dial each other, and keep it over a restart") {
  FakePair pair;
  pair.start();
  const auto a = pair.a.node.status(pair.a.now);
  const auto b = pair.b.node.status(pair.b.now);
  CHECK(a.roster_members == 2);
  CHECK(a.roster_hash == b.roster_hash);
  CHECK(a.members.size() == 2);
  CHECK(std::ranges::contains(pair.a.dialled, "host-2:1"));

  Persisted persisted;
  persisted.roster = pair.a.store.meta.at(ports::Meta::roster);
  FakeHost again{1, {"host-2:1"}, persisted};
  again.start();
  CHECK(again.node.status(again.now).roster_hash == a.roster_hash);
  CHECK(again.node.status(again.now).is_ready);
}

TEST_CASE("a roster is told to nobody before it survives power loss") {
  FakePair pair;
  pair.b.answers_syncs = false;
  pair.start();
  CHECK(pair.b.node.status(pair.b.now).roster_members == 0);
  CHECK(pair.a.node.status(pair.a.now).roster_members == 2);  // By b's own request.
  while (!pair.b.unsynced.empty()) {
    const auto sync = pair.b.unsynced.front();
    pair.b.unsynced.pop_front();
    pair.b.deliver(Synced{sync.sync});
  }
  pair.carry();
  CHECK(pair.b.node.status(pair.b.now).roster_members == 2);
}

TEST_CASE("a join in somebody else's name, or an answer that nobody asked for, drops the link") {
  FakeHost host{1};
  host.start();
  membership::JoinRequest request;
  request.self = {{3}, membership::MemberState::alive, 1, "host-3:1", "n3", {}};
  host.deliver(FrameReceived{{2}, {host.now.wall.ms > 0 ? core::Hlc{} : core::Hlc{}, request}});
  REQUIRE(host.dropped.size() == 1);
  CHECK(host.dropped[0].peer == core::NodeId{2});
  host.deliver(FrameReceived{{2}, {{}, membership::JoinReply{}}});
  CHECK(host.dropped.size() == 2);
  CHECK(host.node.status(host.now).roster_members == 1);
}

TEST_CASE("rosters that met unequal unite by what beats say about them") {
  FakePair pair;
  pair.a.start();
  pair.b.start();
  pair.is_cut = true;
  pair.pass(11s);
  CHECK(pair.a.node.status(pair.a.now).roster_members == 1);
  pair.link();
  CHECK(pair.a.node.status(pair.a.now).roster_members == 2);
  CHECK(pair.a.node.status(pair.a.now).roster_hash == pair.b.node.status(pair.b.now).roster_hash);
}

}
}
