#pragma once
// Holds a peer's list of a range against our own records, chunk by chunk of ours, and says which
// side is ahead for every key that differs. Items are paired by the low half of the key hash;
// where that is ambiguous both sides' records count as different, which costs a transfer and never
// a record.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/range.h"
#include "core/record.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

// A record of ours as of the cut.
struct OurRecord {
  core::Bytes key;
  core::RecordHead head;
  std::uint64_t value_bytes = 0;  // Of the newest version.
  std::uint32_t hash = 0;         // Low 32 bits of the key hash.
};

enum class Ahead : std::uint8_t {
  only_ours,
  ours,  // Both have the key, ours is newer.
  theirs,
  both,  // One clock reading, two records: each side needs the other's to decide.
};

struct Differing {
  OurRecord ours;
  Ahead ahead;
};

class Pairing {
 public:
  explicit Pairing(std::vector<Item> theirs);

  // The next of our records, in key order: those that differ.
  std::vector<Differing> take(std::vector<OurRecord> ours);

  // After the last of ours, in key order: the keys of the peer's items that we lack or hold older
  // (`ahead_here` false), or hold otherwise in any way (true).
  std::vector<std::uint32_t> theirs_differing(bool ahead_here) const;
  // Of these, those that we lack.
  std::size_t only_theirs() const;

 private:
  enum class Mark : std::uint8_t { unpaired, equal, ours_ahead, theirs_ahead };

  bool is_ambiguous(std::size_t place) const;

  std::vector<Item> theirs_;
  std::vector<Mark> marks_;                                      // Per item.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_key_;  // Hash and place, sorted.
};

}
