#include "membership/member_table.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

TEST_CASE("within one incarnation a claim overrules only what is milder") {
  using enum MemberState;
  const std::vector order{alive, suspect, dead, left};
  for (const auto said : order) {
    for (const auto believed : order) {
      MemberTable table;
      REQUIRE(table.put(claim_of(1, believed), noon));
      CHECK(overrules(claim_of(1, said), *table.find(id_of(1))) == (said > believed));
      CHECK(overrules(claim_of(1, said, 2), *table.find(id_of(1))));
      CHECK_FALSE(overrules(claim_of(1, said, 0), *table.find(id_of(1))));
    }
  }
}

TEST_CASE("incarnations are compared modulo 2^64") {
  const auto largest = ~std::uint64_t{0};
  CHECK(is_newer(1, 0));
  CHECK_FALSE(is_newer(0, 1));
  CHECK_FALSE(is_newer(5, 5));
  CHECK(is_newer(0, largest));
  CHECK_FALSE(is_newer(largest, 0));
}

TEST_CASE("the time of a state moves with the state, not with the incarnation") {
  MemberTable table;
  REQUIRE(table.put(claim_of(1), noon));
  REQUIRE(table.put(claim_of(1, MemberState::alive, 2), noon + 5s));
  CHECK(table.find(id_of(1))->since == noon);
  REQUIRE(table.put(claim_of(1, MemberState::suspect, 2), noon + 6s));
  CHECK(table.find(id_of(1))->since == noon + 6s);
}

TEST_CASE("members are found by id, name, hexadecimal digits and address") {
  MemberTable table;
  REQUIRE(table.put(claim_of(1), noon));
  const auto* member = table.find(id_of(1));
  REQUIRE(member != nullptr);
  CHECK(table.find("node-1") == member);
  CHECK(table.find(address_of(1)) == member);
  CHECK(table.find(core::to_text(id_of(1))) == member);
  CHECK(table.find("nobody") == nullptr);
}

TEST_CASE("the gone are visited in a circle") {
  MemberTable table;
  CHECK_FALSE(table.next_gone({}).has_value());
  REQUIRE(table.put(claim_of(1), noon));
  CHECK_FALSE(table.next_gone({}).has_value());
  REQUIRE(table.put(claim_of(2, MemberState::dead), noon));
  REQUIRE(table.put(claim_of(3, MemberState::left), noon));
  CHECK(table.next_gone({}) == id_of(2));
  CHECK(table.next_gone(id_of(2)) == id_of(3));
  CHECK(table.next_gone(id_of(3)) == id_of(2));
  CHECK(table.alive() == std::vector{id_of(1)});
  CHECK(table.alive_count() == 1);
}

TEST_CASE("a full table forgets who has been gone longest, and never the living") {
  MemberTable table;
  for (std::size_t i = 0; i < core::limits::roster_members_max; ++i) {
    const bool is_gone = i == 7 || i == 9;
    REQUIRE(table.put(claim_of(i, is_gone ? MemberState::dead : MemberState::alive),
                      noon + (i == 9 ? 0s : 1s)));
  }
  CHECK(table.put(claim_of(5000), noon));
  CHECK(table.find(id_of(9)) == nullptr);
  CHECK(table.put(claim_of(5001), noon));
  CHECK(table.find(id_of(7)) == nullptr);
  CHECK_FALSE(table.put(claim_of(5002), noon));
  CHECK(table.rows().size() == core::limits::roster_members_max);
}

TEST_CASE("round trips are smoothed") {
  MemberTable table;
  REQUIRE(table.put(claim_of(1), noon));
  CHECK_FALSE(table.find(id_of(1))->rtt.has_value());
  table.measured(id_of(1), 80ms);
  table.measured(id_of(1), 160ms);
  CHECK(table.find(id_of(1))->rtt == core::Duration{90ms});
  table.measured(id_of(2), 1ms);  // Unknown: nothing happens.
}

}
}
