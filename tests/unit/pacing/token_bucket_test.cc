#include "pacing/token_bucket.h"

#include <doctest/doctest.h>

#include <chrono>

#include "core/prng.h"

namespace starling::pacing {
namespace {

using namespace std::chrono_literals;

constexpr core::Instant noon{12h};

TEST_CASE("a full bucket grants its burst, then the rate") {
  TokenBucket bucket{{.per_second = 1000, .burst = 100}, noon};
  CHECK(bucket.take(100, noon));
  CHECK_FALSE(bucket.take(1, noon));
  CHECK_FALSE(bucket.take(1, noon + 1ms - 1ns));
  CHECK(bucket.take(1, noon + 1ms));
  CHECK_FALSE(bucket.take(1, noon + 1ms));
  CHECK(bucket.take(100, noon + 1h));
  CHECK_FALSE(bucket.take(1, noon + 1h));
}

TEST_CASE("fractions of a token are not lost, however often it is asked") {
  TokenBucket bucket{{.per_second = 3, .burst = 1000}, noon};
  CHECK(bucket.take(1000, noon));
  std::uint64_t granted = 0;
  for (int ms = 1; ms <= 100'000; ++ms) granted += bucket.take(1, noon + ms * 1ms) ? 1 : 0;
  CHECK(granted == 300);
}

TEST_CASE("a cost above the burst passes a full bucket and is paid back") {
  TokenBucket bucket{{.per_second = 100, .burst = 10}, noon};
  CHECK(bucket.take(1000, noon));
  CHECK_FALSE(bucket.take(1, noon + 9900ms));
  CHECK(bucket.take(1, noon + 9910ms));
}

TEST_CASE("when names the first moment that grants, and not a tick later") {
  core::Prng prng{42};
  for (int i = 0; i < 2000; ++i) {
    const BucketOptions options{.per_second = 1 + prng.below(std::uint64_t{1} << prng.below(40)),
                                .burst = 1 + prng.below(5000)};
    TokenBucket bucket{options, noon};
    CHECK(bucket.take(1 + prng.below(20'000), noon));
    const auto cost = prng.below(6000);
    const auto at = bucket.when(cost, noon);
    if (at > noon) {
      auto early = bucket;
      CHECK_FALSE(early.take(cost, at - 1ns));
    }
    CHECK(bucket.take(cost, at));
  }
}

TEST_CASE("time that goes back changes nothing") {
  TokenBucket bucket{{.per_second = 1000, .burst = 10}, noon};
  CHECK(bucket.take(10, noon));
  CHECK_FALSE(bucket.take(1, noon - 1h));
  CHECK_FALSE(bucket.take(2, noon + 1ms));
  CHECK(bucket.take(1, noon + 1ms));
}

TEST_CASE("the largest amounts do not overflow") {
  constexpr auto large = (std::uint64_t{1} << 62) - 1;
  TokenBucket bucket{{.per_second = 1, .burst = 1}, noon};
  CHECK(bucket.take(large, noon));
  CHECK(bucket.when(1, noon) == core::Instant::max());
  TokenBucket fast{{.per_second = large, .burst = large}, noon};
  CHECK(fast.take(large, noon));
  CHECK(fast.take(large, core::Instant::max()));
}

}
}
