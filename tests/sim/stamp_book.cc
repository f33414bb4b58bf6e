#include "sim/stamp_book.h"

#include <algorithm>
#include <format>

namespace starling::sim {
namespace {

std::string text_of(const core::Stamp& stamp) {
  return std::format("{}.{}@{}", stamp.hlc.ms(), stamp.hlc.logical(), core::to_text(stamp.origin));
}

// All that a stamp stands for: the key and the head.
core::Bytes content_of(const core::Bytes& key, const core::RecordHead& head) {
  return key + std::format("/{}/{}/{}", head.value_hash, head.tombstone, head.expiry_ms);
}

}

void StampBook::on_batch(std::size_t host, core::NodeId id, std::uint64_t batch,
                         const ports::Batch& changes) {
  // Within one batch changes lie in no order of time.
  auto newest = newest_[host];
  for (const auto& change : changes.records) {
    const auto& head = change.after.head;
    const Issued issued{batch, head.stamp, content_of(change.key, head)};
    if (head.stamp.origin != id) {
      check_content(issued.stamp, issued.content);
      continue;
    }
    // A peer may give us back a record of ours that a crash took from us.
    if (known_.contains(head.stamp)) {
      check_content(issued.stamp, issued.content);
      continue;
    }
    if (head.stamp <= newest_[host]) {
      violations_.push_back(
          {"stamps rise", text_of(head.stamp) + " was issued after " + text_of(newest_[host])});
    }
    newest = std::max(newest, head.stamp);
    unsynced_[host].push_back(issued);
  }
  newest_[host] = newest;
}

void StampBook::check_content(const core::Stamp& stamp, const core::Bytes& content) {
  const auto [known, is_new] = known_.try_emplace(stamp, content);
  if (!is_new && known->second != content) {
    violations_.push_back({"stamps unique", text_of(stamp) + " stands for two records"});
  }
}

void StampBook::on_synced(std::size_t host, std::uint64_t batches) {
  auto& unsynced = unsynced_[host];
  while (!unsynced.empty() && unsynced.front().batch <= batches) {
    check_content(unsynced.front().stamp, unsynced.front().content);
    newest_synced_[host] = std::max(newest_synced_[host], unsynced.front().stamp);
    unsynced.pop_front();
  }
}

void StampBook::on_down(std::size_t host, std::uint64_t batches_left, bool has_lost_power) {
  auto& unsynced = unsynced_[host];
  std::erase_if(unsynced, [&](const Issued& issued) { return issued.batch > batches_left; });
  if (has_lost_power) on_synced(host, batches_left);
  newest_[host] = newest_synced_[host];
  for (const auto& issued : unsynced) newest_[host] = std::max(newest_[host], issued.stamp);
}

}
