#include "membership/probe_order.h"

#include <doctest/doctest.h>

#include <set>

#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

MemberTable table_of(std::size_t size) {
  MemberTable table;
  for (std::size_t i = 0; i < size; ++i) REQUIRE(table.put(claim_of(i), noon));
  return table;
}

TEST_CASE("each round visits everybody once, in another order") {
  const auto table = table_of(20);
  ProbeOrder order{core::Prng{1}};
  std::vector<core::NodeId> rounds[2];
  for (auto& round : rounds) {
    for (int i = 0; i < 20; ++i) round.push_back(order.next(table).value());
    CHECK(std::set(round.begin(), round.end()).size() == 20);
  }
  CHECK(rounds[0] != rounds[1]);
}

TEST_CASE("the gone have no turn, and nobody's turn is none") {
  MemberTable table;
  ProbeOrder order{core::Prng{1}};
  CHECK_FALSE(order.next(table).has_value());
  REQUIRE(table.put(claim_of(1), noon));
  REQUIRE(table.put(claim_of(2), noon));
  (void)order.next(table);
  REQUIRE(table.put(claim_of(2, MemberState::dead), noon));
  for (int i = 0; i < 5; ++i) CHECK(order.next(table) == id_of(1));
}

TEST_CASE("a newcomer gets its turn within the running round") {
  auto table = table_of(10);
  ProbeOrder order{core::Prng{2}};
  for (int i = 0; i < 5; ++i) (void)order.next(table);
  REQUIRE(table.put(claim_of(50), noon));
  order.insert(id_of(50));
  std::set<core::NodeId> seen;
  for (int i = 0; i < 6; ++i) seen.insert(order.next(table).value());
  CHECK(seen.contains(id_of(50)));
}

TEST_CASE("helpers are different, fully alive, and not the one in question") {
  auto table = table_of(6);
  REQUIRE(table.put(claim_of(1, MemberState::suspect), noon));
  ProbeOrder order{core::Prng{3}};
  for (int i = 0; i < 50; ++i) {
    const auto picked = order.pick(table, 3, id_of(2));
    const std::set different(picked.begin(), picked.end());
    CHECK(different.size() == 3);
    CHECK_FALSE(different.contains(id_of(1)));
    CHECK_FALSE(different.contains(id_of(2)));
  }
  CHECK(order.pick(table, 9, {}).size() == 5);
}

}
}
