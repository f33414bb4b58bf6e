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
      on_seen_elsewhere(issued);
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
    first_.try_emplace(host, head.stamp);
    first_[host] = std::min(first_[host], head.stamp);
    unsynced_[host].push_back(issued);
  }
  newest_[host] = newest;
}

void StampBook::on_seen_elsewhere(const Issued& issued) {
  check_content(issued.stamp, issued.content);
  auto& told = newest_told_[issued.stamp.origin];
  told = std::max(told, issued.stamp);
  const auto vanished = vanished_.find(issued.stamp);
  if (vanished == vanished_.end()) return;
  // Its origin lost it, but it had left: what came after the loss must be above it.
  const auto host = vanished->second;
  vanished_.erase(vanished);
  if (const auto first = first_.find(host); first != first_.end() && first->second < issued.stamp) {
    violations_.push_back({"stamps rise", text_of(first->second) + " was issued after " +
                                              text_of(issued.stamp) + ", which had been told"});
  }
  newest_[host] = std::max(newest_[host], issued.stamp);
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

void StampBook::on_down(std::size_t host, core::NodeId id, std::uint64_t batches_left,
                        bool has_lost_power) {
  auto& unsynced = unsynced_[host];
  first_.erase(host);
  while (!unsynced.empty() && unsynced.back().batch > batches_left) {
    const auto& lost = unsynced.back();
    if (!known_.contains(lost.stamp)) vanished_[lost.stamp] = host;
    unsynced.pop_back();
  }
  if (has_lost_power) on_synced(host, batches_left);
  newest_[host] = std::max(newest_synced_[host], newest_told_[id]);
  for (const auto& issued : unsynced) newest_[host] = std::max(newest_[host], issued.stamp);
}

}
