#include "reconcile/pull_job.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "reconcile/division.h"
#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;

// A wanted range is a listed one, hence a chunk or little more.
constexpr std::size_t spare_chunks = 64;
constexpr auto answer_time = std::chrono::seconds{1};

}

core::Result<void> PullJob::check(const Pull& pull) {
  const auto users = core::all_users();
  if (pull.wanted.size() > limits::ranges_per_message_max) {
    return core::fail(core::Errc::over_limit, "too many ranges in one question");
  }
  for (const auto& [range, keys] : pull.wanted) {
    if (range.is_empty() || range.begin < users.begin || range.end > users.end) {
      return core::fail(core::Errc::malformed, "a range that is not in the tree");
    }
  }
  return {};
}

PullJob::PullJob(const merkle::Index& index, Tickets& tickets, Pull pull, core::Instant now)
    : index_{index},
      tickets_{tickets},
      pull_{std::move(pull)},
      chunks_left_{2 * pull_.wanted.size() + spare_chunks},
      late_at_{now + answer_time},
      listings_{tickets},
      is_listed_{pull_.wanted.empty()},
      is_done_{pull_.wanted.empty()},
      reply_{.session = pull_.session, .request = pull_.request} {
  for (auto& [range, keys] : pull_.wanted) {
    std::ranges::sort(keys);
    listings_.add(range);
  }
}

void PullJob::ask(Effects& effects) {
  if (!is_listed_) {
    listings_.ask(effects);
  } else if (!is_done_ && fetch_ticket_ == 0) {
    fetch_ticket_ = tickets_.draw();
    effects.push_back(Fetch{fetch_ticket_, to_fetch_});
  }
}

bool PullJob::on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now) {
  if (is_listed_ || !listings_.on_listed(ticket, listing)) return false;
  if (pull_.want == ports::Want::heads && !index_.is_kept(pull_.basis.cut)) {
    reply_ = {.session = pull_.session, .request = pull_.request, .gone = true};
    is_listed_ = is_done_ = true;
    return true;
  }
  while (!is_listed_) {
    auto chunk = listings_.take();
    if (!chunk) break;
    take_chunk(std::move(*chunk));
    const bool has_some = !to_fetch_.empty() || !reply_.records.empty();
    if (!is_listed_ && has_some && now >= late_at_) stop(false);
  }
  return true;
}

bool PullJob::is_wanted(core::BytesView key) const {
  const auto hash = short_hash(index_.digest_key().key_hash(key));
  return std::ranges::binary_search(pull_.wanted[next_].keys, hash);
}

void PullJob::take_chunk(Listings::Chunk chunk) {
  auto& listed = chunk.listing.records;
  std::erase_if(listed, [&](const ports::Listed& one) { return !is_wanted(one.key); });
  if (pull_.want == ports::Want::heads) {
    // Only keys that were listed can have been there at the cut.
    for (auto& one : listed) {
      const auto head = index_.version_at(one.key, one.record.head, pull_.basis.cut);
      if (head) pick(std::move(one.key), *head, one.value_bytes);
      if (is_listed_) return;
    }
  } else {
    for (auto& one : listed) {
      pick(std::move(one.key), one.record.head, one.value_bytes);
      if (is_listed_) return;
    }
  }
  --chunks_left_;
  const bool has_all = picked_here_ >= pull_.wanted[next_].keys.size();
  if (has_all && !chunk.is_whole) listings_.drop_front();
  if (has_all || chunk.is_whole) {
    ++next_;
    picked_here_ = 0;
  }
  if (next_ == pull_.wanted.size()) {
    stop(true);
  } else if (chunks_left_ == 0) {
    stop(false);
  }
}

void PullJob::pick(core::Bytes key, const core::RecordHead& head, std::uint64_t value_bytes) {
  const bool is_values = pull_.want == ports::Want::values;
  ports::KeyedRecord record{std::move(key), {.head = head, .value = {}}};
  const auto weight = size_of(record) + (is_values ? value_bytes : 0);
  const auto picked = std::max(to_fetch_.size(), reply_.records.size());
  if (picked > 0 &&
      (bytes_ + weight > limits::batch_bytes_max || picked >= limits::batch_records_max)) {
    stop(false);
    return;
  }
  bytes_ += weight;
  ++picked_here_;
  if (is_values) {
    to_fetch_.push_back(std::move(record.key));
  } else {
    reply_.records.push_back(std::move(record));
    reply_.value_bytes.push_back(value_bytes);
  }
}

void PullJob::stop(bool is_complete) {
  reply_.is_complete = is_complete;
  is_listed_ = true;
  is_done_ = to_fetch_.empty();
}

bool PullJob::on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records) {
  if (fetch_ticket_ == 0 || ticket != fetch_ticket_) return false;
  is_done_ = true;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < std::min(records.size(), to_fetch_.size()); ++i) {
    if (!records[i]) continue;  // Corrupt here, hence missing: never sent.
    ports::KeyedRecord record{std::move(to_fetch_[i]), std::move(*records[i])};
    bytes += size_of(record);
    // Values may have grown since they were listed.
    if (!reply_.records.empty() && bytes > 2 * limits::batch_bytes_max) {
      reply_.is_complete = false;
      break;
    }
    reply_.value_bytes.push_back(record.record.value.size());
    reply_.records.push_back(std::move(record));
  }
  // An incomplete answer must bring something. What is left out is for the next session, when the
  // missing ones have left the tree.
  if (reply_.records.empty()) reply_.is_complete = true;
  return true;
}

}
