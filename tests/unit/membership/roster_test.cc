#include "membership/roster.h"

#include <doctest/doctest.h>

#include <string>

#include "core/limits.h"

namespace starling::membership {
namespace {

Roster roster_of(std::vector<RosterEntry> entries) {
  Roster roster;
  REQUIRE(roster.merge_union(entries).has_value());
  return roster;
}

TEST_CASE("a union does not depend on who joins whom, and names do not matter to the hash") {
  auto left = roster_of({{{3}, "c"}, {{1}, "a"}});
  auto right = roster_of({{{2}, "b"}, {{3}, "another"}});
  CHECK(left.hash() != right.hash());
  const auto right_before = right;
  CHECK(right.merge_union(left.entries()).value());
  CHECK(left.merge_union(right_before.entries()).value());
  CHECK(left.hash() == right.hash());
  CHECK(left.size() == 3);
  CHECK_FALSE(left.merge_union(right.entries()).value());
  CHECK(left.entries()[2].name == "c");
  CHECK(right.entries()[2].name == "another");
}

TEST_CASE("the hash tells rosters apart, the empty one included") {
  CHECK(Roster{}.hash() == 0);
  CHECK(roster_of({{{1}, ""}}).hash() != roster_of({{{2}, ""}}).hash());
  CHECK(roster_of({{{1}, ""}, {{2}, ""}}).hash() != roster_of({{{3}, ""}}).hash());
}

TEST_CASE("the stored form decodes to the same roster") {
  const auto roster = roster_of({{{~std::uint64_t{0}}, std::string(64, 'n')}, {{1}, ""}});
  CHECK(Roster::decode(roster.encode()).value() == roster);
  CHECK(Roster::decode(Roster{}.encode()).value().is_empty());
  CHECK(roster_of({{{0x0102}, "ab"}}).encode() == std::string("\x01\x02\x01\0\0\0\0\0\0\x02"
                                                              "ab",
                                                              12));
}

TEST_CASE("a stored form that was not made by us is refused") {
  using core::Errc;
  const auto good = roster_of({{{1}, "a"}, {{2}, "bc"}}).encode();
  for (std::size_t length = 1; length < good.size(); ++length) {
    const auto cut = Roster::decode(good.substr(0, length));
    // Cut between two members it is a shorter roster.
    if (length != 1 && length != 11) CHECK(cut.error().code == Errc::malformed);
  }
  CHECK(Roster::decode("").error().code == Errc::malformed);
  CHECK(Roster::decode("\x02").error().code == Errc::format_unknown);
  const auto entry = [](char id) { return std::string{id} + std::string(7, '\0') + '\0'; };
  CHECK(Roster::decode("\x01" + entry(2) + entry(1)).error().code == Errc::malformed);
  CHECK(Roster::decode("\x01" + entry(2) + entry(2)).error().code == Errc::malformed);
  CHECK(Roster::decode("\x01" + entry(0)).error().code == Errc::malformed);
}

TEST_CASE("a union that would grow too large, or holds nobody, changes nothing") {
  std::vector<RosterEntry> crowd;
  for (std::uint64_t i = 1; i <= core::limits::roster_members_max; ++i) crowd.push_back({{i}, ""});
  auto roster = roster_of(crowd);
  const auto before = roster;
  CHECK_FALSE(roster.merge_union(std::vector<RosterEntry>{{{999'999}, ""}}).has_value());
  CHECK_FALSE(roster.merge_union(std::vector<RosterEntry>{{{}, ""}}).has_value());
  CHECK_FALSE(
      roster.merge_union(std::vector<RosterEntry>{{{1}, std::string(65, 'x')}}).has_value());
  CHECK(roster == before);
}

}
}
