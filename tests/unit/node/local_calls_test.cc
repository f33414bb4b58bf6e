#include "node/local_calls.h"

#include <doctest/doctest.h>

#include "fake_host.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::FakeHost;

core::Bytes refused(Refusal why) { return "refused " + std::to_string(static_cast<int>(why)); }

TEST_CASE("a body's writes are there for the next call, and a tombstone reads as absent") {
  FakeHost host{1};
  host.start();
  CHECK(answer(host.set("k", "v")) == "OK");
  CHECK(answer(host.get("k")) == "v");
  CHECK(answer(host.del("k")) == "1");
  CHECK(answer(host.get("k")) == "(none)");
  CHECK(host.store.records.at(core::encode_key("k")).head.tombstone);
}

TEST_CASE("deleting what is absent or expired here writes nothing and answers no") {
  FakeHost host{1};
  host.start();
  CHECK(answer(host.del("k")) == "0");
  CHECK(host.store.records.empty());

  const auto key = core::encode_key("k");
  const auto expiry = static_cast<std::uint64_t>(host.now.wall.ms) + 1000;
  host.call({key}, true, [&](Transaction& transaction) {
    transaction.put(key, "v", expiry);
    return core::Bytes{};
  });
  CHECK(answer(host.get("k")) == "v");
  host.pass(1s);
  CHECK(answer(host.get("k")) == "(none)");
  CHECK(answer(host.del("k")) == "0");
  CHECK_FALSE(host.store.records.at(key).head.tombstone);
}

TEST_CASE("a durable write is answered after its sync, a fast one before") {
  FakeHost host{1};
  host.start();
  host.set("warm", "up");  // Its lease is persisted: nothing else waits for the disk.
  host.answers_syncs = false;
  CHECK(answer(host.set("k", "v", Ack::fast)) == "OK");
  CHECK(answer(host.set("k", "v", Ack::durable)) == "(no reply)");
  REQUIRE(host.unsynced.size() == 1);
  host.deliver(Synced{host.unsynced[0].sync});
  CHECK(answer(host.reply_to(host.tickets)) == "OK");
}

TEST_CASE("a read of what a turn has changed waits until that is in the store") {
  FakeHost host{1};
  host.start();
  host.takes_batches = false;
  CHECK(answer(host.set("k", "v")) == "(no reply)");
  CHECK(answer(host.get("k")) == "(no reply)");
  host.write_now(host.stalled.at(0));
  host.settle();
  CHECK(answer(host.reply_to(host.tickets)) == "v");
}

TEST_CASE("writes pause while the store is behind, and go on in order") {
  FakeHost host{1};
  host.start();
  host.takes_batches = false;
  host.set("k", "1");
  host.set("k", "2");
  host.set("k", "3");
  REQUIRE(host.stalled.size() == 1);
  host.takes_batches = true;
  host.write_now(host.stalled[0]);
  host.settle();
  CHECK(host.replies.size() == 3);
  CHECK(answer(host.get("k")) == "3");
}

TEST_CASE("a call whose record is on disk runs when it has come") {
  FakeHost host{1};
  host.start();
  host.set("k", "v");
  host.store.evicted.insert(core::encode_key("k"));
  host.answers_fetches = false;
  CHECK(answer(host.get("k")) == "(no reply)");
  REQUIRE(host.unfetched.size() == 1);
  host.fetch_now(host.unfetched[0]);
  host.settle();
  CHECK(answer(host.reply_to(host.tickets)) == "v");
}

TEST_CASE("what fails its check is never answered, and may be written over") {
  FakeHost host{1};
  host.start();
  host.set("k", "v");
  host.store.corrupt.insert(core::encode_key("k"));
  CHECK(answer(host.get("k")) == refused(Refusal::corrupt));
  CHECK(host.node.status(host.now).counters.corrupt_records == 1);
  CHECK(answer(host.set("k", "new")) == "OK");
  CHECK(answer(host.get("k")) == "new");
}

TEST_CASE("a record from the far future refuses to be overwritten, by name") {
  FakeHost host{1};
  const auto key = core::encode_key("k");
  core::Record ahead{{}, "v"};
  ahead.head.stamp = {core::Hlc::from_ms(static_cast<std::uint64_t>(host.now.wall.ms) + 3'600'000),
                      {2}};
  ahead.head.value_hash = merkle::value_hash("v");
  host.store.records.emplace(key, ahead);
  host.start();
  CHECK(answer(host.set("k", "mine")) == refused(Refusal::record_ahead));
  CHECK(answer(host.get("k")) == "v");
}

TEST_CASE("before a first start has met a seed, writes are refused and reads are not") {
  FakeHost host{1, {"seed:1"}};
  host.start();
  CHECK(answer(host.set("k", "v")) == refused(Refusal::loading));
  CHECK(answer(host.get("k")) == "(none)");
  host.pass(10s);
  CHECK(answer(host.set("k", "v")) == "OK");
}

TEST_CASE("a clock far behind its own lease refuses writes until it has caught up") {
  Persisted persisted;
  persisted.clock_lease =
      core::Hlc::from_ms(static_cast<std::uint64_t>(testing::noon.wall.ms) + 60'000);
  FakeHost host{1, {}, persisted};
  host.start();
  CHECK(answer(host.set("k", "v")) == refused(Refusal::clock_behind));
  host.pass(60s);
  CHECK(answer(host.set("k", "v")) == "OK");
}

TEST_CASE("a scan answers the live records of its part and where to go on") {
  FakeHost host{1};
  host.start();
  for (const char* name : {"a", "b", "c", "d"}) host.set(name, "v");
  host.del("b");
  host.deliver(LocalScan{{1}, 99, core::all_users(), 3});
  const auto reply = host.reply_to(99);
  REQUIRE(reply);
  const auto& scanned = std::get<Scanned>(*reply);
  REQUIRE(scanned.live.size() == 2);
  CHECK(scanned.live[1].key == core::encode_key("c"));
  CHECK_FALSE(scanned.rest.is_empty());
  host.deliver(LocalScan{{1}, 100, scanned.rest, 3});
  const auto next = host.reply_to(100);
  REQUIRE(next);
  CHECK(std::get<Scanned>(*next).live.size() == 1);
  CHECK(std::get<Scanned>(*next).rest.is_empty());
}

TEST_CASE("a stopping node takes no more writes") {
  FakeHost host{1};
  host.start();
  host.deliver(LocalAdmin{{1}, 98, LocalAdmin::Act::stop});
  CHECK(host.reply_to(98).has_value());
  CHECK(answer(host.set("k", "v")) == refused(Refusal::not_running));
}

}
}
