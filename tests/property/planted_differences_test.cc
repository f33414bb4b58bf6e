// Two trees that differ in a planted set of records report exactly that set, looking only where
// their summaries disagree.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/limits.h"
#include "core/prng.h"
#include "merkle/index.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

using testing::digests;
using testing::head_at;

using Set = std::map<core::Bytes, core::RecordHead>;

constexpr core::Cut cut{100};

struct Side {
  explicit Side(const Set& records) : set{records} {
    for (const auto& [key, head] : set) index.load({key, head});
    index.finish_loading();
    index.advance(core::Hlc::from_ms(core::end_of(cut).ms() + core::limits::cut_settle_ms));
  }

  Set set;
  Index index{digests, 1 << 20};
};

std::vector<std::uint32_t> boundaries_of(const std::vector<Piece>& pieces) {
  std::vector<std::uint32_t> boundaries;
  for (std::size_t i = 1; i < pieces.size(); ++i) boundaries.push_back(pieces[i].boundary);
  return boundaries;
}

// The descent in its simplest form: cut both at the boundaries that they have in common, go on
// where the sums differ, list where nothing is left to cut at.
class Comparison {
 public:
  Comparison(const Side& ours, const Side& theirs) : ours_{ours}, theirs_{theirs} {
    if (ours.index.root(cut) != theirs.index.root(cut)) compare(core::all_users());
  }

  const std::set<core::Bytes>& differing() const { return differing_; }
  std::size_t listed() const { return listed_; }

 private:
  void compare(const core::Range& range) {
    for (auto level = ours_.index.top_level(range).value_or(-1); level >= 0; --level) {
      const auto mine = *ours_.index.cut_range(range, level, cut, 1 << 20);
      const auto theirs = *theirs_.index.cut_range_at(range, boundaries_of(mine), cut);
      const auto common = *ours_.index.cut_range_at(range, boundaries_of(theirs), cut);
      RC_ASSERT(common.size() == theirs.size());
      if (common.size() == 1) continue;
      for (std::size_t i = 0; i < common.size(); ++i) {
        RC_ASSERT(common[i].range == theirs[i].range);
        if (common[i].summary != theirs[i].summary) compare(common[i].range);
      }
      return;
    }
    list(range);
  }

  void list(const core::Range& range) {
    for (const auto* side : {&ours_, &theirs_}) {
      const auto& other = side == &ours_ ? theirs_.set : ours_.set;
      for (auto at = side->set.lower_bound(range.begin);
           at != side->set.end() && at->first < range.end; ++at) {
        ++listed_;
        const auto counterpart = other.find(at->first);
        if (counterpart == other.end() || counterpart->second != at->second) {
          differing_.insert(at->first);
        }
      }
    }
  }

  const Side& ours_;
  const Side& theirs_;
  std::set<core::Bytes> differing_;
  std::size_t listed_ = 0;
};

// Changes one record of one of the sides: gone, with another stamp, or a tombstone.
void plant(Set& set, const core::Bytes& key, std::uint64_t kind) {
  auto& head = set.at(key);
  if (kind == 0) set.erase(key);
  if (kind == 1) head.stamp.hlc.value += 1;
  if (kind == 2) head = {.stamp = {head.stamp.hlc, {99}}, .value_hash = 0, .tombstone = true};
}

}

TEST_CASE("the comparison of two trees finds exactly the planted differences") {
  const auto law = [](std::uint64_t seed) {
    core::Prng prng{seed};
    Set base;
    for (auto count = prng.below(5'000); count > 0; --count) {
      base.emplace(core::encode_key(std::to_string(prng.below(1'000'000))),
                   head_at(1'000 + prng.below(50'000)));
    }
    auto a = base;
    auto b = base;
    std::set<core::Bytes> planted;
    const bool is_clustered = prng.chance(1, 2);
    const auto chance_of = base.empty() ? 1 : prng.below(base.size()) + 1;
    const auto cluster = prng.below(base.size() + 1);
    std::uint64_t place = 0;
    for (const auto& [key, head] : base) {
      const bool is_chosen = is_clustered ? place >= cluster && place < cluster + chance_of / 8
                                          : prng.chance(1, chance_of);
      ++place;
      if (!is_chosen) continue;
      plant(prng.chance(1, 2) ? a : b, key, prng.below(3));
      planted.insert(key);
    }
    const Side ours{a};
    const Side theirs{b};
    const Comparison comparison{ours, theirs};
    RC_ASSERT(comparison.differing() == planted);
    RC_ASSERT((ours.index.root(cut) == theirs.index.root(cut)) == planted.empty());
    // Only leaves that differ are listed, on both sides: none has 1,024 records.
    RC_ASSERT(comparison.listed() <= planted.size() * 2 * 1'024);
  };
  CHECK(rc::check("found equals planted", law));
}

}
