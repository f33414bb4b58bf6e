#pragma once
// The last step of a descent: listed ranges of the peer, one after the other, held against our own
// records of the same range as of the same cut.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "merkle/index.h"
#include "reconcile/descent.h"
#include "reconcile/exchange.h"
#include "reconcile/listings.h"
#include "reconcile/pairing.h"

namespace starling::reconcile {

class Leaves {
 public:
  Leaves(const merkle::Index& index, Tickets& tickets, Purpose purpose)
      : index_{index}, purpose_{purpose}, listings_{tickets} {}

  void add(Leaf leaf);
  void ask(Effects& effects) { listings_.ask(effects); }
  bool on_listed(std::uint64_t ticket, ports::Listing& listing) {
    return listings_.on_listed(ticket, listing);
  }

  // One chunk of our records, compared.
  struct Step {
    core::Range range;  // Of the leaf.
    std::uint64_t round = 0;
    std::vector<Differing> differing{};  // Of our records in this chunk.
    bool is_lost = false;                // The cut is no longer kept: list the range again.
    bool is_first = true;                // Of the leaf.
    // After the leaf's last chunk: what is wanted of the peer, in a comparison every key of its
    // that differs.
    std::optional<Pulls::Wish> wish{};
    std::size_t only_theirs = 0;
    bool has_difference = false;
  };
  // None: our own records are still being read.
  std::optional<Step> take_step();

  std::size_t size() const { return listings_.size(); }
  bool is_empty() const { return listings_.is_empty(); }

 private:
  struct Open {
    core::Range range;
    core::Cut cut;
    std::uint64_t round;
    Pairing pairing;
    std::vector<OurRecord> ours{};  // Of a comparison: those that differ from a record of the peer.
    bool has_difference = false;
    bool is_begun = false;
  };

  std::vector<OurRecord> ours_of(ports::Listing listing, core::Cut cut) const;

  const merkle::Index& index_;
  Purpose purpose_;
  Listings listings_;
  std::deque<Open> open_;  // As many as listings_ has ranges.
};

}
