#include "transport/name_cache.h"

#include <doctest/doctest.h>

#include "unit/net/until.h"

namespace starling::transport {
namespace {

using net::testing::run_until;
using namespace std::chrono_literals;

TEST_CASE("numeric addresses are known at once, names a moment later") {
  net::EventLoop loop;
  NameCache cache{loop, {}};
  CHECK(cache.find("10.0.0.2:7381").value().to_text() == "10.0.0.2:7381");
  CHECK_FALSE(cache.find("localhost:7381"));
  REQUIRE(run_until(loop, [&] { return cache.find("localhost:7381").has_value(); }));
  CHECK(cache.find("localhost:7381")->is_loopback());
  CHECK(cache.find("localhost:7381")->port() == 7381);
}

TEST_CASE("what is no address is never known") {
  net::EventLoop loop;
  NameCache cache{loop, {}};
  CHECK_FALSE(cache.find("no port"));
  CHECK_FALSE(cache.find(std::string(1000, 'a') + ":1"));
}

TEST_CASE("the number of names is bounded") {
  net::EventLoop loop;
  NameCache cache{loop, {.names_max = 2}};
  const auto both_known = [&] {
    return static_cast<int>(cache.find("localhost:1").has_value()) +
               static_cast<int>(cache.find("localhost:2").has_value()) ==
           2;
  };
  REQUIRE(run_until(loop, both_known));
  CHECK_FALSE(cache.find("localhost:3"));
  // Time enough for an answer, had it been asked.
  for (int i = 0; i < 3; ++i) {
    bool answered = false;
    const net::NameLookup lookup{loop, {"localhost", 3}, [&](auto) { answered = true; }};
    REQUIRE(run_until(loop, [&] { return answered; }));
  }
  CHECK_FALSE(cache.find("localhost:3"));
}

TEST_CASE("stale names make room") {
  net::EventLoop loop;
  NameCache cache{loop, {.names_max = 2, .fresh_for = 0ms, .retry_after = 0ms}};
  CHECK_FALSE(cache.find("localhost:1"));
  CHECK_FALSE(cache.find("localhost:2"));
  CHECK(run_until(loop, [&] { return cache.find("localhost:3").has_value(); }));
}

}
}
