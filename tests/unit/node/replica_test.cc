#include "node/replica.h"

#include <doctest/doctest.h>

#include "fake_pair.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::FakeHost;
using testing::FakePair;

ports::KeyedRecord from_peer(std::int64_t ms, core::Bytes value) {
  core::Record record{{}, std::move(value)};
  record.head.stamp = {core::Hlc::from_ms(static_cast<std::uint64_t>(ms)), {2}};
  record.head.value_hash = merkle::value_hash(record.value);
  return {core::encode_key("k"), std::move(record)};
}

void hear(FakeHost& host, ports::KeyedRecord record) {
  host.deliver(FrameReceived{{2}, {{}, gossip::Rumours{1, {std::move(record)}}}});
}

TEST_CASE("a record from a peer is merged, and a local write is stamped above it") {
  FakeHost host{1};
  host.start();
  hear(host, from_peer(host.now.wall.ms + 400, "theirs"));
  CHECK(answer(host.get("k")) == "theirs");
  CHECK(answer(host.set("k", "ours")) == "OK");
  CHECK(answer(host.get("k")) == "ours");
  CHECK(host.store.records.at(core::encode_key("k")).head.stamp.hlc.ms() >=
        static_cast<std::uint64_t>(host.now.wall.ms + 400));
}

TEST_CASE("a record too far ahead waits for its time and drags no clock along") {
  FakeHost host{1};
  host.start();
  hear(host, from_peer(host.now.wall.ms + 60'000, "future"));
  CHECK(answer(host.get("k")) == "(none)");
  auto status = host.node.status(host.now);
  CHECK(status.held_ahead_records == 1);
  CHECK(status.hlc.ms() == static_cast<std::uint64_t>(host.now.wall.ms));
  host.pass(59'499ms);
  CHECK(answer(host.get("k")) == "(none)");
  host.pass(1ms);
  CHECK(answer(host.get("k")) == "future");
  CHECK(host.node.status(host.now).held_ahead_records == 0);
}

TEST_CASE("a record whose value does not match its hash is dropped and counted") {
  FakeHost host{1};
  host.start();
  auto bent = from_peer(host.now.wall.ms, "value");
  bent.record.value = "valve";
  hear(host, bent);
  CHECK(answer(host.get("k")) == "(none)");
  CHECK(host.node.status(host.now).counters.corrupt_received == 1);
}

TEST_CASE("two different records under one stamp are counted and alarmed, and the larger stays") {
  FakeHost host{1};
  host.start();
  hear(host, from_peer(host.now.wall.ms, "x"));
  hear(host, from_peer(host.now.wall.ms, "y"));
  CHECK(host.node.status(host.now).counters.same_stamp_conflicts == 1);
  CHECK(std::ranges::any_of(host.notices, [](const core::Notice& notice) {
    return notice.severity == core::Severity::alarm && notice.topic == "conflict";
  }));
}

TEST_CASE("no stamp leaves the node before the bound above it is synced") {
  FakePair pair;
  pair.start();
  pair.a.answers_syncs = false;
  pair.a.set("k", "v");
  CHECK(pair.a.frames.empty());
  REQUIRE(pair.a.unsynced.size() == 1);
  pair.a.deliver(Synced{pair.a.unsynced[0].sync});
  REQUIRE(pair.a.frames.size() == 1);
  CHECK(std::holds_alternative<gossip::Rumours>(pair.a.frames[0].frame.body));
}

TEST_CASE("the lease is renewed at half, not with every write") {
  FakeHost host{1};
  host.start();
  host.set("k", "1");
  const auto lease = host.store.meta.at(ports::Meta::clock_lease);
  host.pass(100ms);
  host.set("k", "2");
  CHECK(host.store.meta.at(ports::Meta::clock_lease) == lease);
  host.pass(100ms);
  host.set("k", "3");
  CHECK(host.store.meta.at(ports::Meta::clock_lease) != lease);
}

}
}
