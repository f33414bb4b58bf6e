#include "reconcile/comparison.h"

#include <utility>

namespace starling::reconcile {

std::vector<Found> compare_records(std::uint64_t compare, const core::Range& range,
                                   std::vector<OurRecord> ours, const PullReply& theirs) {
  std::vector<Found> found;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < ours.size() || j < theirs.records.size()) {
    const bool has_ours =
        i < ours.size() && (j == theirs.records.size() || ours[i].key <= theirs.records[j].key);
    const bool has_theirs =
        j < theirs.records.size() && (i == ours.size() || theirs.records[j].key <= ours[i].key);
    Found entry{.compare = compare};
    if (has_theirs) {
      entry.key = theirs.records[j].key;
      entry.theirs = theirs.records[j].record.head;
      entry.their_bytes = theirs.value_bytes[j];
      ++j;
    }
    if (has_ours) {
      entry.key = std::move(ours[i].key);
      entry.ours = ours[i].head;
      entry.our_bytes = ours[i].value_bytes;
      ++i;
    }
    if (entry.ours != entry.theirs && range.contains(entry.key)) found.push_back(std::move(entry));
  }
  return found;
}

}
