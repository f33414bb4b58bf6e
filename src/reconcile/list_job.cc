#include "reconcile/list_job.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "reconcile/division.h"
#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;
using core::Errc;
using core::fail;

// Of one answer. Beyond them pieces are named instead of cut, and lists are left out: the peer
// asks again.
constexpr std::size_t reply_bytes_max = 2 * limits::batch_bytes_max;
constexpr std::size_t items_max = limits::entries_per_message_max - limits::batch_records_max;
// Chunks that bring no item (all newer than the cut) count too: one question is bounded work.
constexpr std::size_t spare_chunks = 64;
constexpr auto answer_time = std::chrono::seconds{1};

// "It differs, and I have not cut it."
Division name_only(core::Range range) {
  return {.range = std::move(range), .level = 0, .fingerprints = {0}};
}

}

core::Result<void> ListJob::check(const Descend& descend) {
  const auto users = core::all_users();
  for (const auto& division : descend.divisions) {
    if (auto good = reconcile::check(division); !good) return good;
    if (division.range.begin < users.begin || division.range.end > users.end) {
      return fail(Errc::malformed, "a division of what is not in the tree");
    }
  }
  for (const auto& range : descend.to_list) {
    if (range.is_empty() || range.begin < users.begin || range.end > users.end) {
      return fail(Errc::malformed, "a range that is not in the tree");
    }
  }
  if (descend.divisions.size() + descend.to_list.size() > limits::ranges_per_message_max) {
    return fail(Errc::over_limit, "too many ranges in one question");
  }
  return {};
}

ListJob::ListJob(const merkle::Index& index, Tickets& tickets, const Descend& descend,
                 core::Instant now)
    : index_{index},
      basis_{descend.basis},
      reply_{.session = descend.session, .request = descend.request},
      chunks_left_{descend.to_list.size() + spare_chunks},
      late_at_{now + answer_time},
      listings_{tickets} {
  auto still_to_come = descend.divisions.size() + descend.to_list.size();
  for (const auto& division : descend.divisions) compare(division, --still_to_come);
  for (const auto& range : descend.to_list) list(range, true);
}

// Every range of the question needs at least one place in the answer.
bool ListJob::has_room(std::size_t still_to_come) const {
  return reply_.divisions.size() + listings_.size() + still_to_come + 1 <
             limits::ranges_per_message_max &&
         bytes_ < reply_bytes_max;
}

void ListJob::compare(const Division& theirs, std::size_t still_to_come) {
  const auto pieces = differing(index_, theirs, theirs.level, basis_, Width::whole);
  for (const auto& piece : pieces) {
    if (!has_room(still_to_come)) {
      reply_.divisions.push_back(name_only({piece.range.begin, pieces.back().range.end}));
      return;
    }
    auto division = divide(index_, piece, basis_);
    if (division) {
      bytes_ += size_of(*division);
      reply_.divisions.push_back(std::move(*division));
    } else {
      list(piece.range, false);
    }
  }
}

void ListJob::list(core::Range range, bool was_asked) {
  bytes_ += size_of(range);
  if (!was_asked) ++chunks_left_;
  listings_.add(std::move(range));
  were_asked_.push_back(was_asked);
}

bool ListJob::on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now) {
  if (!listings_.on_listed(ticket, listing)) return false;
  if (!index_.is_kept(basis_.cut)) {
    reply_ = {.session = reply_.session, .request = reply_.request, .gone = true};
    while (!listings_.is_empty()) listings_.drop_front();
    return true;
  }
  while (auto chunk = listings_.take()) take_chunk(std::move(*chunk), now);
  return true;
}

void ListJob::take_chunk(Listings::Chunk chunk, core::Instant now) {
  std::vector<merkle::KeyHead> newest;
  newest.reserve(chunk.listing.records.size());
  for (auto& listed : chunk.listing.records) {
    newest.push_back({std::move(listed.key), listed.record.head});
  }
  ItemList list{.range = chunk.listing.covered};
  for (const auto& [key, head] : index_.as_of(list.range, std::move(newest), basis_.cut)) {
    list.items.push_back({.key = short_hash(index_.digest_key().key_hash(key)),
                          .hlc = head.stamp.hlc,
                          .rest = merkle::rest_hash(head)});
  }
  items_ += list.items.size();
  --chunks_left_;
  reply_.lists.push_back(std::move(list));
  if (chunk.is_whole) were_asked_.pop_front();
  const bool is_full = items_ >= items_max || chunks_left_ == 0 || now >= late_at_ ||
                       reply_.divisions.size() + reply_.lists.size() + listings_.size() >=
                           limits::ranges_per_message_max;
  if (is_full) stop_listing();
}

// What was asked for is asked again by itself; what was not must be named.
void ListJob::stop_listing() {
  while (!listings_.is_empty()) {
    if (!were_asked_.front()) reply_.divisions.push_back(name_only(listings_.front()));
    listings_.drop_front();
    were_asked_.pop_front();
  }
}

}
