#include "reconcile/opening.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::noon;

constexpr core::NodeId peer{9};

Opening::Candidate heard(std::uint64_t cut, std::uint64_t count = 1) {
  return {peer, {cut}, {.count = count, .digest = {}}};
}

TEST_CASE("a root that differs is due a while later, and once") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Opening opening{core::Prng{seed}};
    CHECK_FALSE(opening.next_deadline().has_value());
    opening.on_root_heard(heard(5), noon);
    const auto due = opening.next_deadline();
    REQUIRE(due.has_value());
    CHECK(*due >= noon + 250ms);
    CHECK(*due < noon + 1s);
    CHECK(opening.take_due(*due - 1ns).empty());
    CHECK(opening.take_due(*due).size() == 1);
    CHECK(opening.take_due(*due).empty());
  }
}

TEST_CASE("a newer root takes the place of an older one and does not put it off") {
  Opening opening{core::Prng{1}};
  opening.on_root_heard(heard(5, 1), noon);
  const auto due = opening.next_deadline();
  opening.on_root_heard(heard(6, 2), noon + 100ms);
  opening.on_root_heard(heard(4, 3), noon + 100ms);
  CHECK(opening.next_deadline() == due);
  const auto candidates = opening.take_due(*due);
  REQUIRE(candidates.size() == 1);
  CHECK(candidates[0].cut == core::Cut{6});
  CHECK(candidates[0].root.count == 2);
}

TEST_CASE("beats at or below the cut of a finished session start nothing") {
  Opening opening{core::Prng{1}};
  opening.on_root_heard(heard(5), noon);
  opening.on_done(peer, {7});
  CHECK_FALSE(opening.next_deadline().has_value());
  opening.on_root_heard(heard(7), noon);
  CHECK_FALSE(opening.next_deadline().has_value());
  opening.on_root_heard(heard(8), noon);
  CHECK(opening.next_deadline().has_value());
}

TEST_CASE("after a failure the peer is left alone, longer each time and never above 15 s") {
  Opening opening{core::Prng{1}};
  core::Duration longest{};
  for (int i = 0; i < 30; ++i) {
    opening.on_failed(peer, false, noon);
    opening.on_root_heard(heard(5), noon + 999ms);
    CHECK_FALSE(opening.next_deadline().has_value());
    auto quiet = 1s + 0ms;
    for (; !opening.next_deadline(); quiet += 100ms) opening.on_root_heard(heard(5), noon + quiet);
    longest = std::max<core::Duration>(longest, quiet);
    (void)opening.take_due(noon + 1h);
  }
  CHECK(longest > 5s);
  CHECK(longest < 15s + 200ms);
}

TEST_CASE("a peer that refuses is asked again within two seconds, however often it refuses") {
  Opening opening{core::Prng{1}};
  for (int i = 0; i < 10; ++i) {
    opening.on_refused(peer, noon);
    opening.on_root_heard(heard(5), noon + 999ms);
    CHECK_FALSE(opening.next_deadline().has_value());
  }
  opening.on_root_heard(heard(5), noon + 2s);
  CHECK(opening.next_deadline().has_value());
}

TEST_CASE("a packet makes a silent peer reachable, and forgives no other failure") {
  Opening opening{core::Prng{1}};
  opening.on_failed(peer, true, noon);
  opening.on_heard(peer);
  opening.on_root_heard(heard(5), noon);
  CHECK(opening.next_deadline().has_value());
  opening.on_failed(peer, false, noon);
  opening.on_heard(peer);
  opening.on_root_heard(heard(5), noon);
  CHECK_FALSE(opening.next_deadline().has_value());
}

}
}
