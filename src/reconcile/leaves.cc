#include "reconcile/leaves.h"

#include <utility>

#include "reconcile/division.h"

namespace starling::reconcile {

void Leaves::add(Leaf leaf) {
  listings_.add(leaf.theirs.range);
  open_.push_back({.range = std::move(leaf.theirs.range),
                   .cut = leaf.cut,
                   .round = leaf.round,
                   .pairing = Pairing{std::move(leaf.theirs.items)}});
}

// As of the cut, with the lengths that only the listing knows.
std::vector<OurRecord> Leaves::ours_of(ports::Listing listing, core::Cut cut) const {
  std::vector<merkle::KeyHead> newest;
  newest.reserve(listing.records.size());
  for (const auto& listed : listing.records) newest.push_back({listed.key, listed.record.head});
  auto at_cut = index_.as_of(listing.covered, std::move(newest), cut);
  std::vector<OurRecord> ours;
  ours.reserve(at_cut.size());
  auto listed = listing.records.begin();
  for (auto& [key, head] : at_cut) {
    while (listed != listing.records.end() && listed->key < key) ++listed;
    const bool is_listed = listed != listing.records.end() && listed->key == key;
    const auto hash = short_hash(index_.digest_key().key_hash(key));
    ours.push_back({std::move(key), head, is_listed ? listed->value_bytes : 0, hash});
  }
  return ours;
}

std::optional<Leaves::Step> Leaves::take_step() {
  auto chunk = listings_.take();
  if (!chunk) return std::nullopt;
  auto& leaf = open_.front();
  Step step{
      .range = leaf.range, .round = leaf.round, .is_first = !std::exchange(leaf.is_begun, true)};
  if (!index_.is_kept(leaf.cut)) {
    step.is_lost = true;
    if (!chunk->is_whole) listings_.drop_front();
    open_.pop_front();
    return step;
  }
  step.differing = leaf.pairing.take(ours_of(std::move(chunk->listing), leaf.cut));
  leaf.has_difference |= !step.differing.empty();
  if (purpose_ == Purpose::compare) {
    for (const auto& [ours, ahead] : step.differing) {
      if (ahead != Ahead::only_ours) leaf.ours.push_back(ours);
    }
  }
  if (!chunk->is_whole) return step;
  step.only_theirs = leaf.pairing.only_theirs();
  step.has_difference = leaf.has_difference || step.only_theirs > 0;
  step.wish = {{std::move(leaf.range), leaf.pairing.theirs_differing(purpose_ == Purpose::compare)},
               std::move(leaf.ours),
               leaf.round};
  open_.pop_front();
  return step;
}

}
