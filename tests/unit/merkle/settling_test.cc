#include "merkle/settling.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

using testing::digests;
using testing::head_at;

constexpr std::size_t roomy = 1 << 20;
const core::Bytes key = "ukey";

Summary summary_of(const core::RecordHead& head) {
  Summary summary;
  summary += digests.item(key, head);
  return summary;
}

// At cut 10, with the cuts from 3 kept.
Settling at_cut_10(std::size_t bytes_max = roomy) {
  Settling settling{digests, bytes_max};
  settling.advance({10});
  return settling;
}

std::optional<core::RecordHead> view(const Settling& settling, std::uint64_t cut) {
  const auto found = settling.view(key, {cut});
  REQUIRE(found.has_value());
  return found->at_cut == nullptr ? std::nullopt : std::optional{*found->at_cut};
}

}

TEST_CASE("a cut shows the largest version at or below it, else the base") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(8'000));
  settling.on_change(key, head_at(8'000), head_at(10'001));
  CHECK(view(settling, 7) == head_at(1'000));
  CHECK(view(settling, 8) == head_at(8'000));
  CHECK(view(settling, 10) == head_at(8'000));
  CHECK(settling.view(key, {10})->newest->stamp == head_at(10'001).stamp);
}

TEST_CASE("what is newer than a cut is its newest versions less those of the cut") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(8'000));
  settling.on_change(key, head_at(8'000), head_at(10'001));
  CHECK(settling.newer_than({7}) == summary_of(head_at(10'001)) - summary_of(head_at(1'000)));
  CHECK(settling.newer_than({9}) == summary_of(head_at(10'001)) - summary_of(head_at(8'000)));
  CHECK(settling.newer_than({11}) == Summary{});
}

TEST_CASE("in flight is what a cut does not contain yet, not all that is kept") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(8'000));
  settling.on_change(key, head_at(8'000), head_at(10'001));
  CHECK(settling.versions_newer_than({7}) == 2);
  CHECK(settling.versions_newer_than({8}) == 1);
  CHECK(settling.versions_newer_than({10}) == 1);
  CHECK(settling.versions_newer_than({11}) == 0);
}

TEST_CASE("a key that is new counts from its cut on and not before") {
  auto settling = at_cut_10();
  settling.on_change(key, std::nullopt, head_at(9'500));
  CHECK_FALSE(view(settling, 9).has_value());
  CHECK(view(settling, 10) == head_at(9'500));
  CHECK(settling.newer_than({9}).count == 1);
}

TEST_CASE("of two versions of one cut only the larger is held") {
  auto settling = at_cut_10();
  settling.on_change(key, std::nullopt, head_at(9'100));
  settling.on_change(key, head_at(9'100), head_at(9'900));
  settling.on_loser(key, head_at(9'500));
  CHECK(settling.versions() == 1);
  CHECK(view(settling, 10) == head_at(9'900));
  CHECK(settling.newer_than({9}) == summary_of(head_at(9'900)));
}

TEST_CASE("a loser that is the largest of an earlier cut enters that cut") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(9'500));
  settling.on_loser(key, head_at(6'500));
  CHECK(view(settling, 6) == head_at(1'000));
  CHECK(view(settling, 7) == head_at(6'500));
  CHECK(view(settling, 10) == head_at(9'500));
  CHECK(settling.newer_than({8}) == summary_of(head_at(9'500)) - summary_of(head_at(6'500)));
}

TEST_CASE("a loser from before the oldest cut replaces the base when it is newer than that") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(9'500));
  settling.on_loser(key, head_at(2'000));
  CHECK(view(settling, 3) == head_at(2'000));
  settling.on_loser(key, head_at(1'500));
  CHECK(view(settling, 3) == head_at(2'000));
  settling.on_loser(key, head_at(3'000));  // The last moment of the oldest cut.
  CHECK(view(settling, 3) == head_at(3'000));
  CHECK(settling.versions() == 1);
}

TEST_CASE("a change from before the oldest cut takes no memory") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(3'000));
  CHECK(settling.bytes() == 0);
  CHECK_FALSE(settling.view(key, {5}).has_value());
}

TEST_CASE("a key that left is in no cut") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(8'000));
  settling.on_change(key, head_at(8'000), head_at(9'500));
  settling.on_removed(key);
  CHECK(settling.newer_than({3}) == Summary{});
  CHECK(settling.bytes() == 0);
  CHECK(settling.versions() == 0);
  settling.advance({30});  // Nothing is left to trip over.
}

TEST_CASE("versions are let go when every kept cut shows a later one, and the memory with them") {
  auto settling = at_cut_10();
  settling.on_change(key, head_at(1'000), head_at(8'000));
  settling.on_change(key, head_at(8'000), head_at(12'500));
  settling.advance({15});
  CHECK(settling.oldest_cut() == core::Cut{8});
  CHECK(settling.versions() == 1);
  CHECK(view(settling, 8) == head_at(8'000));
  settling.advance({20});
  CHECK(settling.versions() == 0);
  CHECK(settling.bytes() == 0);
}

TEST_CASE("the newest cut never goes back") {
  auto settling = at_cut_10();
  settling.advance({9});
  CHECK(settling.newest_cut() == core::Cut{10});
}

TEST_CASE("as many cuts are kept as the limit says") {
  const auto settling = at_cut_10();
  CHECK(settling.newest_cut().second - settling.oldest_cut().second + 1 == core::limits::cuts_kept);
}

TEST_CASE("old cuts are let go when memory is short, and only then is it full") {
  auto settling = at_cut_10(40 * 300);
  for (std::uint64_t i = 0; i < 1'600 && !settling.is_full(); ++i) {
    const auto ms = 3'001 + i * 5;  // From the oldest cut to beyond the newest.
    settling.on_change("u" + std::to_string(i), std::nullopt, head_at(ms));
    CHECK(settling.bytes() <= 41 * 300);
  }
  CHECK(settling.is_full());
  CHECK(settling.oldest_cut() == settling.newest_cut());

  settling.advance({12});
  CHECK_FALSE(settling.is_full());
}

TEST_CASE("a visit shows the keys of the range in order") {
  auto settling = at_cut_10();
  for (const char* name : {"ud", "ub", "ua", "uc"}) {
    settling.on_change(name, std::nullopt, head_at(9'500));
  }
  core::Bytes seen;
  settling.visit({"ub", "ud"}, {9}, [&](core::BytesView name, const Settling::View& found) {
    seen += name;
    CHECK(found.at_cut == nullptr);
    CHECK(*found.newest == head_at(9'500));
  });
  CHECK(seen == "ubuc");
}

}
