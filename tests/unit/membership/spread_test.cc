#include "membership/spread.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

constexpr std::size_t plenty = 10'000;

TEST_CASE("a claim is told so many times and not once more") {
  Spread spread;
  spread.offer(claim_of(1));
  CHECK(spread.take(plenty, 2, {}).size() == 1);
  CHECK(spread.take(plenty, 2, {}).size() == 1);
  CHECK(spread.take(plenty, 2, {}).empty());
  CHECK(spread.size() == 0);
}

TEST_CASE("what was told least goes first, then what is newest") {
  Spread spread;
  spread.offer(claim_of(1));
  const auto one = bytes_of(claim_of(1));
  CHECK(spread.take(one, 4, {}).size() == 1);
  spread.offer(claim_of(2));
  spread.offer(claim_of(3));
  const auto taken = spread.take(one * 2, 4, {});
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].id == id_of(3));
  CHECK(taken[1].id == id_of(2));
}

TEST_CASE("a newer claim about the same member replaces the older and starts again") {
  Spread spread;
  spread.offer(claim_of(1));
  CHECK(spread.take(plenty, 2, {}).size() == 1);
  spread.offer(claim_of(1, MemberState::dead));
  CHECK(spread.size() == 1);
  CHECK(spread.take(plenty, 2, {})[0].state == MemberState::dead);
  CHECK(spread.take(plenty, 2, {}).size() == 1);
  CHECK(spread.take(plenty, 2, {}).empty());
}

TEST_CASE("bytes are bounded, what is excepted is not told, a smaller claim may pass a larger") {
  Spread spread;
  auto large = claim_of(2);
  large.address.assign(200, 'x');
  spread.offer(claim_of(1));
  spread.offer(large);
  const auto taken = spread.take(bytes_of(claim_of(1)), 4, {});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].id == id_of(1));
  const std::vector except{id_of(1)};
  CHECK(spread.take(plenty, 4, except).front().id == id_of(2));
  CHECK(spread.take(10, 4, {}).empty());
}

TEST_CASE("there is never more news than there can be members") {
  Spread spread;
  for (std::size_t i = 0; i < core::limits::roster_members_max + 50; ++i) spread.offer(claim_of(i));
  CHECK(spread.size() == core::limits::roster_members_max);
}

}
}
