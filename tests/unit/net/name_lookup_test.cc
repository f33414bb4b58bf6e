#include "net/name_lookup.h"

#include <doctest/doctest.h>

#include <optional>

#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;

TEST_CASE("a host name becomes addresses with the port that was asked for") {
  EventLoop loop;
  std::optional<NameLookup::Answer> answer;
  const NameLookup lookup{loop, {"localhost", 7381}, [&](auto found) { answer = found; }};
  REQUIRE(run_until(loop, [&] { return answer.has_value(); }));
  REQUIRE(answer->has_value());
  CHECK(answer->value().front().is_loopback());
  CHECK(answer->value().front().port() == 7381);
}

TEST_CASE("an impossible name is an error, not an end") {
  for (const auto& name : {std::string(250, 'a'), std::string{"\xff\xfe"}, std::string{"..."}}) {
    EventLoop loop;
    std::optional<NameLookup::Answer> answer;
    const NameLookup lookup{loop, {name, 1}, [&](auto found) { answer = found; }};
    REQUIRE(run_until(loop, [&] { return answer.has_value(); }));
    CHECK_FALSE(answer->has_value());
    CHECK(answer->error().detail.contains("cannot resolve"));
  }
}

TEST_CASE("a forgotten question is not answered") {
  EventLoop loop;
  bool answered = false;
  for (const auto& name : {std::string{"localhost"}, std::string(250, 'a')}) {
    const NameLookup forgotten{loop, {name, 1}, [&](auto) { answered = true; }};
  }
  std::optional<NameLookup::Answer> later;
  const NameLookup lookup{loop, {"127.0.0.1", 1}, [&](auto found) { later = found; }};
  REQUIRE(run_until(loop, [&] { return later.has_value(); }));
  CHECK_FALSE(answered);
}

}
}
