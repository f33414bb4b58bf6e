#include "pacing/backoff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

namespace starling::pacing {
namespace {

using namespace std::chrono_literals;

constexpr BackoffOptions options{.least = 200ms, .most = 15s};

TEST_CASE("a wait lies between the least and a ceiling that doubles up to the most") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff{options, core::Prng{seed}};
    core::Duration ceiling = options.least;
    for (int i = 0; i < 12; ++i) {
      ceiling = std::min<core::Duration>(ceiling * 2, options.most);
      const auto wait = backoff.next();
      CHECK(wait >= options.least);
      CHECK(wait <= ceiling);
    }
  }
}

TEST_CASE("the jitter is full: waits spread over the whole span") {
  core::Duration shortest = options.most;
  core::Duration longest{};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Backoff backoff{options, core::Prng{seed}};
    for (int i = 0; i < 9; ++i) static_cast<void>(backoff.next());
    const auto wait = backoff.next();
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  CHECK(shortest < 500ms);
  CHECK(longest > 14s);
}

TEST_CASE("after a success the next failure is a first one") {
  Backoff backoff{options, core::Prng{7}};
  for (int i = 0; i < 20; ++i) static_cast<void>(backoff.next());
  backoff.reset();
  CHECK(backoff.next() <= 400ms);
}

TEST_CASE("equal seeds wait equally, and the longest wait does not overflow") {
  Backoff one{{.least = 1ns, .most = core::Duration::max()}, core::Prng{3}};
  Backoff other{{.least = 1ns, .most = core::Duration::max()}, core::Prng{3}};
  for (int i = 0; i < 100; ++i) {
    const auto wait = one.next();
    CHECK(wait >= 1ns);
    CHECK(wait == other.next());
  }
}

}
}
