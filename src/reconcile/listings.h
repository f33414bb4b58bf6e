#pragma once
// Reads ranges of our own store in order, a few chunks ahead: the part that whoever walks through
// listings has in common.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/range.h"
#include "ports/store.h"
#include "reconcile/effects.h"

namespace starling::reconcile {

// Names questions to the node. One for all of Reconcile, so that an answer finds its asker.
class Tickets {
 public:
  std::uint64_t draw() { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

class Listings {
 public:
  explicit Listings(Tickets& tickets) : tickets_{tickets} {}

  void add(core::Range range) { slots_.push_back({.range = std::move(range)}); }
  // Asks for as many as may be out at a time.
  void ask(Effects& effects);
  // False: not a ticket of ours.
  bool on_listed(std::uint64_t ticket, ports::Listing& listing);

  // The first range, as far as it is still to be read.
  const core::Range& front() const { return slots_.front().range; }
  // The next chunk of the first range, if it is here. The range goes with its last chunk, and
  // `is_whole` says whether it did.
  struct Chunk {
    ports::Listing listing;
    bool is_whole;
  };
  std::optional<Chunk> take();
  // The rest of the first range is not wanted.
  void drop_front() { slots_.pop_front(); }

  bool is_empty() const { return slots_.empty(); }
  std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    core::Range range;
    std::uint64_t ticket = 0;  // Zero: not asked for.
    std::optional<ports::Listing> listing{};
  };

  Tickets& tickets_;
  std::deque<Slot> slots_;
};

}
