#include "gossip/beats.h"

#include <doctest/doctest.h>

#include <numeric>

namespace starling::gossip {
namespace {

constexpr core::NodeId peer{9};

struct Fixture {
  merkle::Index index{merkle::DigestKey{"secret"}, 1 << 20};
  Beats beats{core::Prng{1}};

  Fixture() {
    index.load({core::encode_key("k"), {{core::Hlc::from_ms(500), {1}}, 7, false, 0}});
    index.finish_loading();
    index.advance(core::Hlc::from_ms(101'500));
  }
  Beat ours(std::uint64_t second) const {
    Beat beat;
    beat.cut = {second};
    if (index.is_kept({second})) beat.root = index.root({second});
    beat.roster_hash = 5;
    beat.digest_version = 1;
    return beat;
  }
  Comparison hear(const Beat& heard, bool is_tellable = true, core::Cut first = {0}) {
    return beats.on_beat(peer, heard, ours(heard.cut.second), index, is_tellable, first);
  }
};

TEST_CASE_FIXTURE(Fixture, "an equal root at a kept cut is equal, another differs") {
  REQUIRE(index.newest_cut() == core::Cut{100});
  CHECK(hear(ours(100)) == Comparison::equal);
  CHECK(beats.peer(peer)->equal_at == core::Cut{100});

  index.advance(core::Hlc::from_ms(102'500));
  auto other = ours(101);
  other.root.count += 1;
  CHECK(hear(other) == Comparison::differs);
  CHECK(beats.peer(peer)->differs);
}

TEST_CASE_FIXTURE(Fixture, "news from before what is known to be equal says nothing") {
  CHECK(hear(ours(100)) == Comparison::equal);
  auto late = ours(99);
  late.root.count += 1;
  CHECK(hear(late) == Comparison::stale);
}

TEST_CASE_FIXTURE(Fixture, "a cut that is not here yet is judged when it is") {
  const auto early = ours(101);
  CHECK(hear(early) == Comparison::early);
  CHECK(beats.take_due({100}).empty());
  const auto due = beats.take_due({101});
  REQUIRE(due.size() == 1);
  CHECK(due[0].second == early);
  CHECK(beats.take_due({101}).empty());
}

TEST_CASE_FIXTURE(Fixture, "cuts that are gone, or older than what may be told, are stale") {
  CHECK(hear(ours(50)) == Comparison::stale);
  CHECK(hear(ours(100), true, {101}) == Comparison::stale);
  CHECK(hear(ours(100), false) == Comparison::early);
}

TEST_CASE_FIXTURE(Fixture,
                  "another roster, horizon or digest version says nothing about the data") {
  auto roster = ours(100);
  roster.roster_hash = 6;
  auto horizon = ours(100);
  horizon.horizon = core::Hlc::from_ms(1);
  auto version = ours(100);
  version.digest_version = 2;
  for (const auto& beat : {roster, horizon, version}) CHECK(hear(beat) == Comparison::unrelated);
}

TEST_CASE_FIXTURE(Fixture, "a confirmed root is told again only at every eighth cut") {
  const std::vector<core::NodeId> peers{peer};
  CHECK(beats.partners(ours(100), peers) == peers);
  hear(ours(100));
  CHECK(beats.partners(ours(100), peers).empty());

  index.advance(core::Hlc::from_ms(105'500));
  CHECK(beats.partners(ours(103), peers).empty());
  CHECK(beats.partners(ours(104), peers) == peers);

  auto changed = ours(103);
  changed.root.count += 1;
  CHECK(beats.partners(changed, peers) == peers);
}

TEST_CASE_FIXTURE(Fixture, "all peers of a small cluster are told, two of a large one") {
  std::vector<core::NodeId> peers;
  for (std::uint64_t id = 1; id <= 8; ++id) peers.push_back({id});
  CHECK(beats.partners(ours(100), peers).size() == 8);
  peers.push_back({9});
  const auto partners = beats.partners(ours(100), peers);
  REQUIRE(partners.size() == 2);
  CHECK(partners[0] != partners[1]);
}

}
}
