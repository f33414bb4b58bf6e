#include "core/prng.h"

#include <doctest/doctest.h>

#include <array>

namespace starling::core {

TEST_CASE("the generator is the published xoshiro256** over splitmix64") {
  // Made with the authors' reference code, seed 42.
  Prng prng{42};
  CHECK(prng.next() == 0x15780B2E0C2EC716);
  CHECK(prng.next() == 0x6104D9866D113A7E);
  CHECK(prng.next() == 0xAE17533239E499A1);
  for (int i = 3; i < 999; ++i) prng.next();
  CHECK(prng.next() == 0x8DE5848C61AB8968);
}

TEST_CASE("mix is the published splitmix64") {
  // The first output of the authors' reference code from state 0.
  CHECK(mix(0) == 0xE220A8397B1DCDAF);
}

TEST_CASE("one seed gives one sequence, another seed another") {
  Prng a{7};
  Prng b{7};
  Prng c{8};
  for (int i = 0; i < 100; ++i) {
    const auto drawn = a.next();
    CHECK(drawn == b.next());
    CHECK(drawn != c.next());
  }
}

TEST_CASE("draws below a bound stay below it and reach every number") {
  Prng prng{1};
  std::array<int, 10> seen{};
  for (int i = 0; i < 10'000; ++i) ++seen.at(prng.below(10));
  for (const int times : seen) CHECK(times > 850);
  CHECK(prng.below(1) == 0);
}

TEST_CASE("a fork depends on its purpose and not on what was drawn before") {
  Prng prng{1};
  auto before = prng.fork("probe");
  prng.next();
  auto after = prng.fork("probe");
  auto other = prng.fork("jitter");
  CHECK(before.next() == after.next());
  CHECK(before.next() != other.next());
}

TEST_CASE("a chance of none in n never comes, of n in n always") {
  Prng prng{1};
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(prng.chance(0, 3));
    CHECK(prng.chance(3, 3));
  }
}

}
