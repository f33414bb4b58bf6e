#pragma once
// The answer to one Descend: divisions at once, lists when the store has been read.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "merkle/index.h"
#include "reconcile/listings.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

class ListJob {
 public:
  // `descend` has passed check(), and its cut is kept.
  ListJob(const merkle::Index& index, Tickets& tickets, const Descend& descend, core::Instant now);
  static core::Result<void> check(const Descend& descend);

  void ask(Effects& effects) { listings_.ask(effects); }
  bool on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now);
  bool is_done() const { return listings_.is_empty(); }
  DescendReply take_reply() { return std::move(reply_); }

 private:
  void compare(const Division& theirs, std::size_t still_to_come);
  bool has_room(std::size_t still_to_come) const;
  void list(core::Range range, bool was_asked);
  void take_chunk(Listings::Chunk chunk, core::Instant now);
  void stop_listing();

  const merkle::Index& index_;
  Basis basis_;
  DescendReply reply_;
  std::size_t bytes_ = 0;
  std::size_t items_ = 0;
  std::size_t chunks_left_;
  core::Instant late_at_;  // Then what there is must do: the cut lasts only seconds.
  Listings listings_;
  std::deque<bool> were_asked_;  // One for each range of listings_.
};

}
