#pragma once
// The answer to one Pull: the wanted ranges are listed, the wanted keys picked by their hash, and
// for values the records fetched, as many as fit one batch.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "merkle/index.h"
#include "reconcile/listings.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

class PullJob {
 public:
  // `pull` has passed check(); for heads its cut is kept.
  PullJob(const merkle::Index& index, Tickets& tickets, Pull pull, core::Instant now);
  static core::Result<void> check(const Pull& pull);

  void ask(Effects& effects);
  bool on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now);
  bool on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records);
  bool is_done() const { return is_done_; }
  PullReply take_reply() { return std::move(reply_); }

 private:
  bool is_wanted(core::BytesView key) const;
  void take_chunk(Listings::Chunk chunk);
  void pick(core::Bytes key, const core::RecordHead& head, std::uint64_t value_bytes);
  void stop(bool is_complete);

  const merkle::Index& index_;
  Tickets& tickets_;
  Pull pull_;  // Keys sorted, ranges being worked off from `next_`.
  std::size_t next_ = 0;
  std::size_t picked_here_ = 0;  // Of the range at `next_`.
  std::size_t chunks_left_;
  core::Instant late_at_;  // Then what there is must do: the cut lasts only seconds.
  std::size_t bytes_ = 0;
  Listings listings_;
  std::vector<core::Bytes> to_fetch_;
  std::uint64_t fetch_ticket_ = 0;
  bool is_listed_ = false;
  bool is_done_ = false;
  PullReply reply_;
};

}
