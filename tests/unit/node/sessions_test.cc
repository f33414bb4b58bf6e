#include "node/sessions.h"

#include <doctest/doctest.h>

#include "fake_pair.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::FakePair;

// Both sides change while they cannot hear each other.
void drift_apart(FakePair& pair) {
  for (int i = 0; i < 300; ++i) pair.a.set("both" + std::to_string(i), "same");
  pair.carry();
  pair.pass(3s);
  pair.cut();
  pair.a.set("only-a", "a");
  pair.b.set("only-b", "b");
  pair.a.set("both1", "from a");
  pair.b.pass(10ms);
  pair.b.set("both1", "from b");
  pair.b.del("both2");
  pair.pass(3s);
}

TEST_CASE("what differs after a cut is found and repaired both ways") {
  FakePair pair;
  pair.start();
  drift_apart(pair);
  CHECK(answer(pair.a.get("only-b")) == "(none)");
  pair.link();
  pair.pass(10s);
  CHECK(pair.a.store.records == pair.b.store.records);
  CHECK(answer(pair.a.get("only-b")) == "b");
  CHECK(answer(pair.b.get("only-a")) == "a");
  CHECK(answer(pair.a.get("both1")) == "from b");
  CHECK(answer(pair.a.get("both2")) == "(none)");
  const auto a = pair.a.node.status(pair.a.now);
  const auto b = pair.b.node.status(pair.b.now);
  CHECK(a.root == b.root);
  CHECK(a.counters.sessions_repaired + b.counters.sessions_repaired >= 1);
  CHECK(a.members.at(1).equal_at.has_value());
  CHECK_FALSE(a.members.at(1).differs);
}

TEST_CASE("a comparison names exactly what differs and changes nothing, frozen or not") {
  FakePair pair;
  pair.start();
  for (auto* host : {&pair.a, &pair.b})
    host->deliver(LocalAdmin{{1}, 900, LocalAdmin::Act::freeze});
  pair.carry();
  drift_apart(pair);
  pair.link();
  const auto before = pair.a.store.records;
  pair.a.deliver(LocalCompare{{1}, 901, "n2", core::all_users()});
  pair.pass(5s);
  std::set<core::Bytes> keys;
  const CompareSummary* summary = nullptr;
  for (const auto& reply : pair.a.replies) {
    if (reply.ticket != 901) continue;
    if (const auto* entry = std::get_if<CompareEntry>(&reply.reply)) keys.insert(entry->key);
    if (const auto* last = std::get_if<CompareSummary>(&reply.reply)) summary = last;
  }
  REQUIRE(summary != nullptr);
  CHECK(summary->trouble.empty());
  // Frozen from the start: nothing of a ever came to b.
  CHECK(keys.size() == 302);
  CHECK(summary->keys_differ == keys.size());
  CHECK(keys.contains(core::encode_key("only-b")));
  CHECK(pair.a.store.records == before);
}

}
}
