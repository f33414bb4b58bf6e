#include "merkle/index.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "merkle/boundary.h"
#include "merkle/leaf_index.h"
#include "merkle/settling.h"
#include "merkle/splits.h"

namespace starling::merkle {

using core::BytesView;
using core::Cut;
using core::Range;
using core::RecordHead;

struct Index::Inside {
  Inside(const DigestKey& digest_key, std::size_t settling_bytes_max)
      : key{digest_key}, settling{key, settling_bytes_max}, splits{tree, key} {}

  const DigestKey key;
  LeafIndex tree;
  Settling settling;
  Splits splits;
  core::Hlc largest_hlc;
  core::Bytes loading_leaf{core::users_begin};  // The last leaf while records are loaded,
  Summary loading;                              // and what it holds so far.

  bool is_boundary(BytesView record_key) const {
    return boundary_level(key.key_hash(record_key)) != no_boundary;
  }
  Summary summary_of(BytesView record_key, const RecordHead* head) const;
  void change(BytesView record_key, const Summary& delta);
  void finish_leaf();

  bool can_cut_at(BytesView end) const;
  // `range` cut at those boundaries of `level` or above that `is_wanted` picks.
  std::optional<std::vector<Piece>> cut(
      const Range& range, int level, Cut at, std::size_t pieces_max,
      const std::function<bool(const LeafIndex::Run&)>& is_wanted) const;
  // Takes pieces of the newest records back to what they were at a cut.
  void take_back(const Range& range, std::vector<Piece>& pieces, Cut to) const;
};

Summary Index::Inside::summary_of(BytesView record_key, const RecordHead* head) const {
  Summary summary;
  if (head != nullptr) summary += key.item(record_key, *head);
  return summary;
}

void Index::Inside::change(BytesView record_key, const Summary& delta) {
  tree.add(record_key, delta);
  splits.on_change(record_key, delta);
}

Index::Index(const DigestKey& key, std::size_t settling_bytes_max)
    : inside_{std::make_unique<Inside>(key, settling_bytes_max)} {}

Index::~Index() = default;

// ---- filling ------------------------------------------------------------------------------------

void Index::Inside::finish_leaf() {
  tree.add(loading_leaf, loading);
  loading = {};
}

void Index::load(const KeyHead& record) {
  auto& [key, tree, settling, splits, largest_hlc, loading_leaf, loading] = *inside_;
  const auto hash = key.key_hash(record.key);
  if (boundary_level(hash) != no_boundary) {
    inside_->finish_leaf();
    tree.split(record.key, hash, {});
    loading_leaf = record.key;
  }
  loading += key.item(record.key, record.head);
  largest_hlc = std::max(largest_hlc, record.head.stamp.hlc);
}

void Index::finish_loading() {
  inside_->finish_leaf();
  // What the loaded records replaced is not known.
  inside_->settling.keep_from(core::cut_of(inside_->largest_hlc));
}

// ---- changes ------------------------------------------------------------------------------------

void Index::on_change(BytesView key, const std::optional<RecordHead>& before,
                      const RecordHead& after) {
  if (before == after) return;  // Only value bytes that had been let go came back.
  STARLING_ASSERT(!before || *before < after);
  auto& in = *inside_;
  const auto* old = before ? &*before : nullptr;
  in.change(key, in.summary_of(key, &after) - in.summary_of(key, old));
  if (!before && in.is_boundary(key)) in.splits.on_boundary(key);
  in.settling.on_change(key, before, after);
  in.largest_hlc = std::max(in.largest_hlc, after.stamp.hlc);
}

void Index::on_loser(BytesView key, const RecordHead& stored, const RecordHead& loser) {
  STARLING_ASSERT(loser <= stored);
  inside_->settling.on_loser(key, loser);
  inside_->largest_hlc = std::max(inside_->largest_hlc, loser.stamp.hlc);
}

void Index::on_removed(BytesView key, const RecordHead& stored) {
  auto& in = *inside_;
  in.change(key, Summary{} - in.summary_of(key, &stored));
  if (in.is_boundary(key)) in.splits.on_boundary_removed(key);
  in.settling.on_removed(key);
}

// ---- cuts ---------------------------------------------------------------------------------------

void Index::advance(core::Hlc hlc) {
  if (hlc.ms() < core::limits::cut_settle_ms) return;
  inside_->settling.advance({(hlc.ms() - core::limits::cut_settle_ms) / 1000});
}

Cut Index::newest_cut() const { return inside_->settling.newest_cut(); }
Cut Index::oldest_cut() const { return inside_->settling.oldest_cut(); }

Summary Index::root(Cut cut) const {
  STARLING_ASSERT(is_kept(cut));
  return inside_->tree.total() - inside_->settling.newer_than(cut);
}

Summary Index::newest() const { return inside_->tree.total(); }
core::Hlc Index::largest_hlc() const { return inside_->largest_hlc; }
bool Index::is_full() const { return inside_->settling.is_full(); }
std::size_t Index::settling_bytes() const { return inside_->settling.bytes(); }
std::size_t Index::settling_versions() const { return inside_->settling.versions(); }
std::size_t Index::versions_newer_than(Cut cut) const {
  return inside_->settling.versions_newer_than(cut);
}
std::size_t Index::leaves() const { return inside_->tree.leaves(); }
std::size_t Index::tree_bytes() const { return inside_->tree.bytes(); }

// ---- looking ------------------------------------------------------------------------------------

std::optional<int> Index::top_level(const Range& range) const {
  return inside_->tree.top_level(range);
}

bool Index::Inside::can_cut_at(BytesView end) const {
  return end <= core::users_begin || end >= core::users_end || tree.has_leaf_at(end);
}

std::optional<std::vector<Piece>> Index::Inside::cut(
    const Range& range, int level, Cut at, std::size_t pieces_max,
    const std::function<bool(const LeafIndex::Run&)>& is_wanted) const {
  if (pieces_max == 0 || range.is_empty()) return std::nullopt;
  if (!can_cut_at(range.begin) || !can_cut_at(range.end)) return std::nullopt;

  std::vector<Piece> pieces{{range, 0, {}}};
  bool is_too_much = false;
  tree.visit(range, level, [&](const LeafIndex::Run& run) {
    if (run.begin > range.begin && run.level >= level && is_wanted(run)) {
      is_too_much = pieces.size() == pieces_max;
      if (is_too_much) return false;
      pieces.back().range.end = run.begin;
      pieces.push_back({{run.begin, range.end}, run.boundary, {}});
    }
    pieces.back().summary += run.summary;
    return true;
  });
  if (is_too_much) return std::nullopt;
  take_back(range, pieces, at);
  return pieces;
}

void Index::Inside::take_back(const Range& range, std::vector<Piece>& pieces, Cut to) const {
  auto piece = pieces.begin();
  settling.visit(range, to, [&](BytesView record_key, const Settling::View& view) {
    if (view.at_cut == view.newest) return;
    while (record_key >= piece->range.end) ++piece;
    piece->summary += summary_of(record_key, view.at_cut) - summary_of(record_key, view.newest);
  });
}

std::optional<std::vector<Piece>> Index::cut_range(const Range& range, int level, Cut cut,
                                                   std::size_t pieces_max) const {
  STARLING_ASSERT(is_kept(cut));
  return inside_->cut(range, level, cut, pieces_max, [](const auto&) { return true; });
}

std::optional<std::vector<Piece>> Index::cut_range_at(const Range& range,
                                                      std::span<const std::uint32_t> boundaries,
                                                      Cut cut) const {
  STARLING_ASSERT(is_kept(cut));
  std::vector<std::pair<std::uint32_t, std::size_t>> places;
  places.reserve(boundaries.size());
  for (std::size_t i = 0; i < boundaries.size(); ++i) places.emplace_back(boundaries[i], i);
  std::ranges::sort(places);
  // Both lists are in key order: after a match only later places can match.
  std::size_t next = 0;
  return inside_->cut(range, 0, cut, boundaries.size() + 1, [&](const LeafIndex::Run& run) {
    const auto place = std::ranges::lower_bound(places, std::pair{run.boundary, next});
    if (place == places.end() || place->first != run.boundary) return false;
    next = place->second + 1;
    return true;
  });
}

std::vector<KeyHead> Index::as_of(const Range& range, std::vector<KeyHead> newest, Cut cut) const {
  std::vector<KeyHead> result;
  result.reserve(newest.size());
  auto listed = newest.begin();
  inside_->settling.visit(range, cut, [&](BytesView key, const Settling::View& view) {
    for (; listed != newest.end() && listed->key < key; ++listed) {
      result.push_back(std::move(*listed));
    }
    if (listed != newest.end() && listed->key == key) ++listed;
    if (view.at_cut != nullptr) result.push_back({core::Bytes{key}, *view.at_cut});
  });
  result.insert(result.end(), std::move_iterator{listed}, std::move_iterator{newest.end()});
  return result;
}

std::optional<RecordHead> Index::version_at(BytesView key, const std::optional<RecordHead>& newest,
                                            Cut cut) const {
  const auto view = inside_->settling.view(key, cut);
  if (!view) return newest;
  return view->at_cut == nullptr ? std::nullopt : std::optional{*view->at_cut};
}

// ---- splits -------------------------------------------------------------------------------------

std::vector<SplitRequest> Index::take_split_requests() { return inside_->splits.take_requests(); }

void Index::on_split_listed(std::uint64_t id, std::span<const KeyHead> records) {
  inside_->splits.on_listed(id, records);
}

bool Index::has_splits_pending() const { return !inside_->splits.is_empty(); }

const DigestKey& Index::digest_key() const { return inside_->key; }

}
