#include <doctest/doctest.h>

#include "fake_pair.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::FakePair;

TEST_CASE("a status says who we are, what we hold, and how each member stands") {
  FakePair pair;
  pair.start();
  pair.a.set("k", "v");
  pair.a.set("gone", "v");
  pair.a.del("gone");
  pair.pass(12s);
  const auto status = pair.a.node.status(pair.a.now);
  CHECK(status.name == "n1");
  CHECK(status.uptime == 12s);
  CHECK(status.live_records == 1);
  CHECK(status.tombstones == 1);
  CHECK(status.root->count == 2);
  CHECK(status.refuses_writes.empty());
  REQUIRE(status.members.size() == 2);
  CHECK(status.members[0].is_self);
  CHECK(status.members[1].name == "n2");
  CHECK(status.members[1].is_linked);
  CHECK(status.members[1].equal_at.has_value());
  CHECK(status.members[1].offset_ms.has_value());
}

}
}
