#include "merkle/settling.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "core/limits.h"

namespace starling::merkle {
namespace {

using core::RecordHead;

// Old versions are let go a few for each one heard and a bounded number each turn, so that no
// event pays for a whole cut at once, and memory never grows faster than it can be let go.
constexpr int let_go_per_change = 4;
constexpr int let_go_per_turn = 1024;

// Of the allocator, for each block.
constexpr std::size_t block_bytes = 2 * sizeof(void*);
constexpr std::size_t map_node_bytes = 4 * sizeof(void*) + block_bytes;
// Of the window's list: an iterator, and as much again for the vector's growth.
constexpr std::size_t listed_bytes = 2 * sizeof(void*);

core::Cut cut_of(const RecordHead& head) { return core::cut_of(head.stamp.hlc); }

}

Settling::Settling(const DigestKey& key, std::size_t bytes_max)
    : key_{key}, bytes_max_{bytes_max} {}

const RecordHead* Settling::at_cut(const History& history, core::Cut cut) {
  for (const auto& version : history.versions | std::views::reverse) {
    if (cut_of(version) <= cut) return &version;
  }
  return history.base ? &*history.base : nullptr;
}

Settling::View Settling::view_of(const History& history, core::Cut cut) {
  return {at_cut(history, cut), &history.versions.back()};
}

std::size_t Settling::bytes_of(const Keys::value_type& entry) {
  const auto& [key, history] = entry;
  auto bytes = map_node_bytes + sizeof entry + block_bytes;
  if (key.capacity() >= sizeof key / 2) bytes += key.capacity() + 1 + block_bytes;
  return bytes + history.versions.capacity() * sizeof(RecordHead) +
         history.versions.size() * listed_bytes;
}

Summary Settling::summary_of(core::BytesView key, const RecordHead* head) const {
  Summary summary;
  if (head != nullptr) summary += key_.item(key, *head);
  return summary;
}

void Settling::on_change(core::BytesView key, const std::optional<RecordHead>& before,
                         const RecordHead& after) {
  auto at = keys_.lower_bound(key);
  if (at == keys_.end() || at->first != key) {
    if (cut_of(after) <= oldest_) return;  // The same in every kept cut.
    at = keys_.emplace_hint(at, key, History{before, {}});
    bytes_ += bytes_of(*at);
  }
  insert(at, after);
  make_room();
}

void Settling::on_loser(core::BytesView key, const RecordHead& loser) {
  // A key that is not here won with a version that every kept cut contains.
  const auto at = keys_.find(key);
  if (at != keys_.end()) insert(at, loser);
}

void Settling::insert(Keys::iterator at, const RecordHead& version) {
  auto& [key, history] = *at;
  auto& versions = history.versions;
  const auto window = cut_of(version);
  const auto* hidden = at_cut(history, window);
  if (hidden != nullptr && *hidden >= version) return;  // No cut will ever show it.

  const auto place = std::ranges::find_if(
      versions, [&](const RecordHead& other) { return cut_of(other) >= window; });
  const bool is_first = place == versions.begin();
  const bool is_shared = place != versions.end() && cut_of(*place) == window;
  const auto next = is_shared ? std::next(place) : place;
  const auto change = summary_of(key, &version) - summary_of(key, hidden);
  if (next != versions.end()) windows_.at(cut_of(*next)).change -= change;
  if (is_shared) {
    windows_.at(window).change += change;
    *place = version;
  } else if (is_first && window <= oldest_) {
    history.base = version;
  } else {
    auto& heard = windows_[window];
    heard.change += change;
    heard.keys.push_back(at);
    bytes_ -= bytes_of(*at);
    const auto index = place - versions.begin();
    versions.reserve(versions.size() + 1);  // No more: most keys never have a second one.
    versions.insert(versions.begin() + index, version);
    bytes_ += bytes_of(*at);
    ++versions_;
  }
}

void Settling::on_removed(core::BytesView key) {
  const auto at = keys_.find(key);
  if (at == keys_.end()) return;
  const auto* before = at->second.base ? &*at->second.base : nullptr;
  for (const auto& version : at->second.versions) {
    auto& window = windows_.at(cut_of(version));
    window.change -= summary_of(key, &version) - summary_of(key, before);
    // A scan, but nothing is removed in ordinary life while it is this young.
    std::erase(window.keys, at);
    if (window.keys.empty()) windows_.erase(cut_of(version));
    before = &version;
  }
  versions_ -= at->second.versions.size();
  bytes_ -= bytes_of(*at);
  keys_.erase(at);
}

void Settling::advance(core::Cut newest) {
  newest_ = std::max(newest_, newest);
  if (newest_.second >= core::limits::cuts_kept) {
    keep_from({newest_.second - core::limits::cuts_kept + 1});
  }
  for (int i = 0; i < let_go_per_turn && can_let_go(); ++i) let_go_one();
}

void Settling::keep_from(core::Cut cut) { oldest_ = std::max(oldest_, cut); }

void Settling::make_room() {
  for (int i = 0; i < let_go_per_change; ++i) {
    if (can_let_go()) {
      let_go_one();
    } else if (bytes_ > bytes_max_ && oldest_ < newest_) {
      keep_from({oldest_.second + 1});
    }
  }
}

bool Settling::is_full() const {
  return bytes_ > bytes_max_ && oldest_ >= newest_ && !can_let_go();
}

bool Settling::can_let_go() const {
  return !windows_.empty() && windows_.begin()->first <= oldest_;
}

// A version that the oldest kept cut no longer tells from what came before becomes the base.
void Settling::let_go_one() {
  auto& keys = windows_.begin()->second.keys;
  const auto at = keys.back();
  keys.pop_back();
  if (keys.empty()) windows_.erase(windows_.begin());

  auto& [base, versions] = at->second;
  bytes_ -= bytes_of(*at);
  base = versions.front();
  versions.erase(versions.begin());
  --versions_;
  if (versions.empty()) {
    keys_.erase(at);
  } else {
    bytes_ += bytes_of(*at);
  }
}

Summary Settling::newer_than(core::Cut cut) const {
  Summary newer;
  for (auto at = windows_.upper_bound(cut); at != windows_.end(); ++at) newer += at->second.change;
  return newer;
}

std::size_t Settling::versions_newer_than(core::Cut cut) const {
  std::size_t newer = 0;
  for (auto at = windows_.upper_bound(cut); at != windows_.end(); ++at) {
    newer += at->second.keys.size();
  }
  return newer;
}

std::optional<Settling::View> Settling::view(core::BytesView key, core::Cut cut) const {
  const auto at = keys_.find(key);
  if (at == keys_.end()) return std::nullopt;
  return view_of(at->second, cut);
}

void Settling::visit(const core::Range& range, core::Cut cut,
                     const std::function<void(core::BytesView, const View&)>& visitor) const {
  for (auto at = keys_.lower_bound(range.begin); at != keys_.end() && at->first < range.end; ++at) {
    visitor(at->first, view_of(at->second, cut));
  }
}

}
