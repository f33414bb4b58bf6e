#include "tools/starling/roster.h"

#include <doctest/doctest.h>

namespace starling::cli {
namespace {

constexpr std::uint64_t cut = 1'000;

Member self() { return {.id = "a1", .name = "edge-a", .state = "alive", .is_self = true}; }
Member other(const std::string& name, std::optional<std::uint64_t> equal_at) {
  return {.id = "id-" + name, .name = name, .state = "alive", .equal_at = equal_at};
}

Verdict verdict_on(std::vector<Member> others, bool is_whole_roster = true) {
  Roster roster{.cut = cut, .members = {self()}};
  for (auto& member : others) roster.members.push_back(std::move(member));
  return judge(roster, cut, is_whole_roster);
}

}

TEST_CASE("a member counts as equal from the cut that was asked for on") {
  CHECK(verdict_on({other("edge-b", cut)}).is_equal());
  CHECK_FALSE(verdict_on({other("edge-b", cut - 1)}).is_equal());
  CHECK_FALSE(verdict_on({other("edge-b", std::nullopt)}).is_equal());
}

TEST_CASE("who was equal and differs since is not equal") {
  auto member = other("edge-b", cut + 1);
  member.differs = true;
  const auto verdict = verdict_on({member});
  CHECK_FALSE(verdict.is_equal());
  CHECK(verdict.doubts.at(0).why.contains("differs"));
}

TEST_CASE("an unreachable member is named when all were asked for, else it does not count") {
  auto gone = other("edge-c", cut + 5);
  gone.state = "dead";
  gone.heard_ago_ms = 9'000;
  const auto all = verdict_on({other("edge-b", cut), gone}, true);
  CHECK(all.members == 3);
  CHECK(all.equal == 2);
  CHECK(all.doubts.at(0).name == "edge-c");
  CHECK(all.doubts.at(0).why == "dead: last heard 9.0 s ago");
  const auto reachable = verdict_on({other("edge-b", cut), gone}, false);
  CHECK(reachable.is_equal());
  CHECK(reachable.members == 2);
  CHECK(reachable.ignored.at(0).name == "edge-c");
}

TEST_CASE("who has left does not count, and a node alone is equal to all there are") {
  auto gone = other("edge-b", std::nullopt);
  gone.state = "left";
  CHECK(verdict_on({gone}).is_equal());
  CHECK(verdict_on({}).members == 1);
}

TEST_CASE("the cut of a verdict is the oldest at which one was seen equal") {
  CHECK(verdict_on({other("edge-b", cut + 3), other("edge-c", cut + 1)}).cut == cut + 1);
}

TEST_CASE("a frozen member says so when it differs") {
  auto member = other("edge-b", std::nullopt);
  member.is_frozen = true;
  CHECK(verdict_on({member}).doubts.at(0).why.contains("frozen"));
}

TEST_CASE("the cut after a moment contains what was stamped in it") {
  CHECK(cut_after(999) == 1);
  CHECK(cut_after(1'000) == 2);
}

TEST_CASE("a roster is read from what the node says, and nonsense is refused") {
  const auto roster = parse_roster(
      R"({"type":"members","cut":7,"members":[)"
      R"({"id":"aa","name":"edge-a","address":"127.0.0.101:7381","state":"alive","self":true},)"
      R"({"id":"bb","name":"edge-b","address":"127.0.0.102:7381","state":"alive","self":false,)"
      R"("linked":true,"frozen":true,"differs":false,"heard_ago_ms":5,"equal_at":null,)"
      R"("offset_ms":-3}]})");
  REQUIRE(roster.has_value());
  CHECK(roster->cut == 7);
  CHECK(roster->self()->name == "edge-a");
  CHECK(roster->find("127.0.0.102:7381")->name == "edge-b");
  CHECK(roster->find("bb")->offset_ms == -3);
  CHECK_FALSE(roster->find("bb")->equal_at.has_value());
  CHECK(roster->find("edge-z") == nullptr);
  for (const auto* wrong : {"", "[]", "{}", R"({"members":1})", "{\"members\":["}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_roster(wrong).has_value());
  }
}

}
