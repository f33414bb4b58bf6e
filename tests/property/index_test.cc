// The Merkle index against brute force: after any history the index tells, for every kept cut, what
// an index built from scratch over the set of that cut tells.

#include "merkle/index.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <vector>

#include "core/limits.h"
#include "core/prng.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

using core::Cut;
using core::RecordHead;
using testing::digests;

using Set = std::map<core::Bytes, RecordHead, std::less<>>;

constexpr std::uint64_t start_ms = 1'000'000;
constexpr std::size_t roomy = 1 << 20;
constexpr std::size_t unbounded = 1 << 20;

// Many boundaries, of high levels too and all over the key space, so that few keys make a deep
// tree. In key order.
const std::vector<core::Bytes>& all_keys() {
  static const auto keys = [] {
    std::vector<core::Bytes> made = testing::keys_of_level(3, 1, "c");
    for (const auto* prefix : {"a", "b", "c", "d"}) {
      for (const auto& [level, count] : {std::pair{no_boundary, 10}, {0, 8}, {1, 3}, {2, 1}}) {
        const auto more = testing::keys_of_level(level, static_cast<std::size_t>(count), prefix);
        made.insert(made.end(), more.begin(), more.end());
      }
    }
    std::ranges::sort(made);
    return made;
  }();
  return keys;
}

// A replica as the index sees one, and everything it ever heard.
class Replica {
 public:
  explicit Replica(std::size_t settling_bytes_max, const Set& loaded = {})
      : newest{loaded}, index{digests, settling_bytes_max} {
    for (const auto& [key, head] : loaded) {
      index.load({key, head});
      heard_[key].insert(head);
    }
    index.finish_loading();
    index.advance(core::Hlc::from_ms(now_ms));
  }

  void hear(const core::Bytes& key, const RecordHead& head) {
    heard_[key].insert(head);
    const auto stored = newest.find(key);
    if (stored == newest.end()) {
      index.on_change(key, std::nullopt, head);
      newest.emplace(key, head);
    } else if (head > stored->second) {
      index.on_change(key, std::exchange(stored->second, head), head);
    } else {
      index.on_loser(key, stored->second, head);
    }
  }

  void lose(const core::Bytes& key) {
    const auto stored = newest.find(key);
    if (stored == newest.end()) return;
    index.on_removed(key, stored->second);
    newest.erase(stored);
    heard_.erase(key);
  }

  void pass(std::uint64_t ms) {
    now_ms += ms;
    index.advance(core::Hlc::from_ms(now_ms));
  }

  std::vector<KeyHead> list(const core::Range& range) const {
    std::vector<KeyHead> listed;
    for (auto at = newest.lower_bound(range.begin); at != newest.end() && at->first < range.end;
         ++at) {
      listed.push_back({at->first, at->second});
    }
    return listed;
  }

  void take_splits() {
    for (const auto& request : index.take_split_requests()) {
      listed_.emplace(request.id, list(request.range));
    }
  }

  void answer_split(std::size_t which) {
    if (listed_.empty()) return;
    const auto at = std::next(listed_.begin(), static_cast<std::ptrdiff_t>(which % listed_.size()));
    index.on_split_listed(at->first, at->second);
    listed_.erase(at);
  }

  void settle_splits() {
    while (!listed_.empty()) answer_split(0);
    while (index.has_splits_pending()) {
      take_splits();
      RC_ASSERT(!listed_.empty());
      while (!listed_.empty()) answer_split(0);
    }
  }

  // By definition: of each key the largest version at or below the cut.
  Set set_at(Cut cut) const {
    Set set;
    for (const auto& [key, versions] : heard_) {
      for (const auto& version : versions) {
        if (core::cut_of(version.stamp.hlc) <= cut) set.insert_or_assign(key, version);
      }
    }
    return set;
  }

  std::uint64_t now_ms = start_ms;
  Set newest;
  Index index;

 private:
  std::map<core::Bytes, std::set<RecordHead>> heard_;
  std::map<std::uint64_t, std::vector<KeyHead>> listed_;  // Requests that were not answered yet.
};

std::unique_ptr<Index> index_from_scratch(const Set& set, Cut cut) {
  auto index = std::make_unique<Index>(digests, roomy);
  for (const auto& [key, head] : set) index->load({key, head});
  index->finish_loading();
  index->advance(core::Hlc::from_ms(core::end_of(cut).ms() + core::limits::cut_settle_ms));
  return index;
}

Summary summary_of(const Set& set, const core::Range& range) {
  Summary summary;
  for (const auto& [key, head] : set) {
    if (range.contains(key)) summary += digests.item(key, head);
  }
  return summary;
}

std::vector<KeyHead> listing_of(const Set& set, const core::Range& range) {
  std::vector<KeyHead> listed;
  for (const auto& [key, head] : set) {
    if (range.contains(key)) listed.push_back({key, head});
  }
  return listed;
}

bool is_same(const std::vector<Piece>& a, const std::vector<Piece>& b) {
  return std::ranges::equal(a, b, [](const Piece& x, const Piece& y) {
    return x.range == y.range && x.boundary == y.boundary && x.summary == y.summary;
  });
}

std::vector<Piece> pieces_at(const Index& index, const core::Range& range, int level, Cut cut) {
  const auto pieces = index.cut_range(range, level, cut, unbounded);
  RC_ASSERT(pieces.has_value());
  return *pieces;
}

// Root, all pieces on all levels and their listings, whether splits are pending or not.
void check_sums(const Replica& replica, Cut cut, const Set& expected) {
  const auto everything = core::all_users();
  RC_ASSERT(replica.index.root(cut) == summary_of(expected, everything));
  for (int level = 0; level < core::limits::tree_levels; ++level) {
    for (const auto& piece : pieces_at(replica.index, everything, level, cut)) {
      RC_ASSERT(piece.summary == summary_of(expected, piece.range));
      // And those pieces in smaller ones: a range may begin and end in the middle of branches.
      if (level != 1) continue;
      for (const auto& leaf : pieces_at(replica.index, piece.range, 0, cut)) {
        RC_ASSERT(leaf.summary == summary_of(expected, leaf.range));
        RC_ASSERT(replica.index.as_of(leaf.range, replica.list(leaf.range), cut) ==
                  listing_of(expected, leaf.range));
      }
    }
  }
  for (const auto& key : all_keys()) {
    const auto at = expected.find(key);
    const auto stored = replica.newest.find(key);
    const auto newest =
        stored == replica.newest.end() ? std::nullopt : std::optional{stored->second};
    RC_ASSERT(replica.index.version_at(key, newest, cut) ==
              (at == expected.end() ? std::nullopt : std::optional{at->second}));
  }
}

// Cut where the index from scratch is cut, the pieces are the same.
void check_pieces(const Index& index, const Index& scratch, Cut cut) {
  const auto everything = core::all_users();
  for (int level = 0; level < core::limits::tree_levels; ++level) {
    const auto wanted = pieces_at(scratch, everything, level, cut);
    std::vector<std::uint32_t> boundaries;
    for (const auto& piece : wanted | std::views::drop(1)) boundaries.push_back(piece.boundary);
    const auto ours = index.cut_range_at(everything, boundaries, cut);
    RC_ASSERT(ours.has_value());
    RC_ASSERT(is_same(*ours, wanted));
  }
}

// The tree itself: the same leaves and branches, each with the same summary.
void check_shape(Replica& replica) {
  replica.pass(3'000);  // The newest cut has everything now.
  const auto& index = replica.index;
  const auto cut = index.newest_cut();
  const auto scratch = index_from_scratch(replica.newest, cut);
  RC_ASSERT(index.root(cut) == index.newest());
  RC_ASSERT(index.leaves() == scratch->leaves());
  RC_ASSERT(index.top_level(core::all_users()) == scratch->top_level(core::all_users()));
  for (int level = 0; level < core::limits::tree_levels; ++level) {
    RC_ASSERT(is_same(pieces_at(index, core::all_users(), level, cut),
                      pieces_at(*scratch, core::all_users(), level, cut)));
  }
}

// One step of a history, drawn from the numbers: mostly versions of the last seconds, now and then
// old ones, removals, time, and splits that are taken and answered late.
void step(Replica& replica, core::Prng& prng) {
  const auto& key = all_keys()[prng.below(all_keys().size())];
  switch (prng.below(16)) {
    case 0:
      return replica.lose(key);
    case 1:
      return replica.pass(prng.below(700));
    case 2:
      return replica.take_splits();
    case 3:
      return replica.answer_split(prng.below(4));
    case 4:
      return prng.chance(1, 10) ? replica.pass(9'000) : void();
    default:
      break;
  }
  const auto age = prng.chance(1, 8) ? prng.below(30'000) : prng.below(3'000);
  const auto hlc = core::Hlc::from_ms((replica.now_ms + 500 - age) / 50 * 50);
  const bool is_tombstone = prng.chance(1, 4);
  replica.hear(key, {.stamp = {hlc, {prng.below(3) + 1}},
                     .value_hash = is_tombstone ? 0 : prng.below(2) + 1,
                     .tombstone = is_tombstone});
}

void check_history(std::uint64_t seed, std::size_t steps, std::size_t settling_bytes_max) {
  core::Prng prng{seed};
  Set loaded;
  for (auto count = prng.chance(1, 2) ? prng.below(all_keys().size()) : 0; count > 0; --count) {
    // Some of them newer than the newest cut.
    loaded.emplace(all_keys()[prng.below(all_keys().size())],
                   testing::head_at(start_ms - prng.below(10'000)));
  }
  Replica replica{settling_bytes_max, loaded};
  for (std::size_t i = 0; i < steps; ++i) step(replica, prng);

  const bool is_settled = prng.chance(1, 2);
  if (is_settled) replica.settle_splits();
  for (auto cut = replica.index.oldest_cut(); replica.index.is_kept(cut); ++cut.second) {
    const auto expected = replica.set_at(cut);
    check_sums(replica, cut, expected);
    if (is_settled) check_pieces(replica.index, *index_from_scratch(expected, cut), cut);
  }
  if (is_settled) check_shape(replica);
}

}

TEST_CASE("after any history every kept cut is that of an index built from scratch") {
  const auto law = [](std::uint64_t seed) {
    check_history(seed, *rc::gen::inRange<std::size_t>(0, 1'500), roomy);
  };
  CHECK(rc::check("every cut is exact", law));

  const auto in_little_memory = [](std::uint64_t seed) {
    check_history(seed, *rc::gen::inRange<std::size_t>(0, 1'500), 20'000);
  };
  CHECK(rc::check("every cut that is still kept is exact", in_little_memory));
}

TEST_CASE("equal sets give equal trees, whatever the order") {
  const auto law = [](std::uint64_t seed) {
    core::Prng prng{seed};
    std::vector<KeyHead> records;
    for (const auto& key : all_keys()) {
      for (auto versions = prng.below(3); versions > 0; --versions) {
        records.push_back({key, testing::head_at(start_ms - prng.below(5'000), 1 + versions)});
      }
    }
    Replica a{roomy};
    for (const auto& [key, head] : records) a.hear(key, head);
    for (auto i = records.size(); i > 1; --i) std::swap(records[i - 1], records[prng.below(i)]);
    Replica b{roomy};
    for (const auto& [key, head] : records) {
      b.hear(key, head);
      if (prng.chance(1, 4)) b.take_splits();
      if (prng.chance(1, 4)) b.answer_split(prng.below(3));
    }
    a.settle_splits();
    b.settle_splits();
    const auto cut = a.index.newest_cut();
    RC_ASSERT(a.index.leaves() == b.index.leaves());
    for (int level = 0; level < core::limits::tree_levels; ++level) {
      RC_ASSERT(is_same(pieces_at(a.index, core::all_users(), level, cut),
                        pieces_at(b.index, core::all_users(), level, cut)));
    }
  };
  CHECK(rc::check("history leaves no trace", law));
}

}
