// The whole detector at work, in groups, over minutes of virtual time.

#include <doctest/doctest.h>

#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

TEST_CASE("a crash is suspected by all and then declared dead by all, in bounded time") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Group group{5, seed};
    group.run(10s);
    group.crash(4);
    group.run(5s);
    CHECK(group.count(MemberState::suspect) > 0);
    CHECK(group.count(MemberState::dead) == 0);
    group.run(25s);
    CHECK(group.all_see(4, MemberState::dead));
    for (std::size_t i = 0; i < 4; ++i) CHECK(group.all_see(i, MemberState::alive));
  }
}

TEST_CASE("a process stopped for five seconds is not declared dead") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Group group{5, seed};
    group.run(10s);
    group.pause(2, 5s);
    group.run(30s);
    CHECK(group.count(MemberState::dead) == 0);
    CHECK(group.all_see(2, MemberState::alive));
  }
}

TEST_CASE("loss in one direction between two nodes kills nobody") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Group group{5, seed};
    group.passes = [](std::size_t from, std::size_t to) { return from != 0 || to != 1; };
    group.run(10min);
    CHECK(group.count(MemberState::dead) == 0);
    CHECK(group.count(MemberState::suspect) == 0);
  }
}

TEST_CASE("nobody is declared dead in ten minutes at five per cent loss") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Group group{5, seed};
    group.loss_percent = 5;
    group.run(10min);
    CHECK(group.count(MemberState::dead) == 0);
  }
}

TEST_CASE("a node that answers late is suspected at most, and objects") {
  Group group{5, 4};
  group.run(5s);
  for (int i = 0; i < 60; ++i) {
    group.pause(3, 3s);
    group.run(4s);
  }
  CHECK(group.count(MemberState::suspect) > 0);
  CHECK(group.count(MemberState::dead) == 0);
  CHECK_FALSE(group.persisted.empty());
  group.run(20s);
  CHECK(group.all_see(3, MemberState::alive));
}

TEST_CASE("who was declared dead returns with a newer incarnation") {
  Group group{5, 6};
  group.run(5s);
  group.crash(1);
  group.run(60s);
  REQUIRE(group.all_see(1, MemberState::dead));
  SUBCASE("with the number that it persisted") { group.start(1, 2); }
  SUBCASE("even when its number was lost") { group.start(1, 1); }
  SUBCASE("even when it knows nobody") {
    group.start(1, 1);
    group.run(30s);
    CHECK(group.all_see(1, MemberState::alive));
    return;
  }
  group.introduce(1);
  group.run(10s);
  CHECK(group.all_see(1, MemberState::alive));
}

TEST_CASE("halves that buried each other find back when the partition heals") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Group group{7, seed};
    group.run(5s);
    group.passes = [](std::size_t from, std::size_t to) { return (from < 3) == (to < 3); };
    group.run(3min);
    CHECK(group.state(0, 6) == MemberState::dead);
    CHECK(group.state(6, 0) == MemberState::dead);
    group.passes = [](auto, auto) { return true; };
    group.run(15s);
    for (std::size_t i = 0; i < 7; ++i) CHECK(group.all_see(i, MemberState::alive));
  }
}

TEST_CASE("a node that was isolated for long is itself again within seconds") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Group group{9, seed};
    group.run(5s);
    group.passes = [](std::size_t from, std::size_t to) { return (from == 4) == (to == 4); };
    group.run(40s);
    CHECK(group.node(4).poor_health() > 0);
    group.passes = [](auto, auto) { return true; };
    group.run(18s);
    CHECK(group.node(4).poor_health() == 0);
    for (std::size_t i = 0; i < 9; ++i) CHECK(group.all_see(i, MemberState::alive));
  }
}

TEST_CASE("the load of a healthy group is two datagrams a second for each node") {
  Group group{5, 8};
  group.run(20s);
  group.datagrams = 0;
  group.run(100s);
  CHECK(group.datagrams <= 5 * 100 * 23 / 10);
}

TEST_CASE("the same seed gives the same history") {
  const auto history = [] {
    Group group{6, 21};
    group.loss_percent = 20;
    group.run(2min);
    return std::pair{group.datagrams, group.changes.size()};
  };
  CHECK(history() == history());
}

}
}
