#include "reconcile/pairing.h"

#include <algorithm>

#include "merkle/hash.h"

namespace starling::reconcile {

Pairing::Pairing(std::vector<Item> theirs)
    : theirs_{std::move(theirs)}, marks_(theirs_.size(), Mark::unpaired) {
  by_key_.reserve(theirs_.size());
  for (std::uint32_t place = 0; place < theirs_.size(); ++place) {
    by_key_.emplace_back(theirs_[place].key, place);
  }
  std::ranges::sort(by_key_);
}

// `place` in by_key_.
bool Pairing::is_ambiguous(std::size_t place) const {
  return place + 1 < by_key_.size() && by_key_[place + 1].first == by_key_[place].first;
}

std::vector<Differing> Pairing::take(std::vector<OurRecord> ours) {
  std::vector<Differing> differing;
  for (auto& record : ours) {
    const auto found = std::ranges::lower_bound(by_key_, record.hash, {},
                                                &std::pair<std::uint32_t, std::uint32_t>::first);
    if (found == by_key_.end() || found->first != record.hash) {
      differing.push_back({std::move(record), Ahead::only_ours});
      continue;
    }
    auto& mark = marks_[found->second];
    if (mark != Mark::unpaired || is_ambiguous(static_cast<std::size_t>(found - by_key_.begin()))) {
      mark = Mark::theirs_ahead;
      differing.push_back({std::move(record), Ahead::both});
      continue;
    }
    const auto& item = theirs_[found->second];
    if (record.head.stamp.hlc > item.hlc) {
      mark = Mark::ours_ahead;
      differing.push_back({std::move(record), Ahead::ours});
    } else if (record.head.stamp.hlc < item.hlc) {
      mark = Mark::theirs_ahead;
      differing.push_back({std::move(record), Ahead::theirs});
    } else if (merkle::rest_hash(record.head) != item.rest) {
      mark = Mark::theirs_ahead;
      differing.push_back({std::move(record), Ahead::both});
    } else {
      mark = Mark::equal;
    }
  }
  return differing;
}

std::vector<std::uint32_t> Pairing::theirs_differing(bool ahead_here) const {
  std::vector<std::uint32_t> keys;
  for (std::size_t place = 0; place < theirs_.size(); ++place) {
    const auto mark = marks_[place];
    if (mark == Mark::equal || (mark == Mark::ours_ahead && !ahead_here)) continue;
    keys.push_back(theirs_[place].key);
  }
  return keys;
}

std::size_t Pairing::only_theirs() const {
  return static_cast<std::size_t>(std::ranges::count(marks_, Mark::unpaired));
}

}
