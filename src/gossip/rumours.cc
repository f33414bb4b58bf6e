#include "gossip/rumours.h"

#include <algorithm>

#include "core/limits.h"

namespace starling::gossip {
namespace {

std::size_t size_of(core::BytesView key, const core::Record& record) {
  return key.size() + record.value.size() + core::record_header_bytes_max;
}

}

void RumourMill::add(core::BytesView key, const core::Record& record) {
  const auto bytes = size_of(key, record);
  const bool is_full = fresh_.size() >= core::limits::rumour_queue_records_max ||
                       fresh_bytes_ + bytes > core::limits::rumour_queue_bytes_max;
  if (is_full && !fresh_.empty()) {  // One record always has room, whatever its size.
    ++dropped_;
    return;
  }
  fresh_bytes_ += bytes;
  fresh_.push_back({core::Bytes{key}, record});
}

std::vector<std::vector<ports::KeyedRecord>> RumourMill::take(core::Hlc bound) {
  // Stamps of one node rise, so what may leave is a prefix.
  const auto may_leave = [bound](const auto& kept) { return kept.record.head.stamp.hlc < bound; };
  const auto end = std::ranges::find_if_not(fresh_, may_leave);
  std::vector<std::vector<ports::KeyedRecord>> messages;
  std::size_t bytes = 0;
  for (auto next = fresh_.begin(); next != end; ++next) {
    const auto size = size_of(next->key, next->record);
    if (messages.empty() || bytes + size > core::limits::listing_bytes_max) {
      messages.emplace_back();
      bytes = 0;
    }
    bytes += size;
    fresh_bytes_ -= size;
    messages.back().push_back(std::move(*next));
  }
  fresh_.erase(fresh_.begin(), end);
  return messages;
}

Rumours RumourMill::number(core::NodeId peer, std::vector<ports::KeyedRecord> records) {
  auto& link = links_[peer];
  Rumours rumours{link.sent + 1, std::move(records)};
  link.sent += rumours.records.size();
  return rumours;
}

std::uint64_t RumourMill::on_rumours(core::NodeId peer, const Rumours& rumours) {
  auto& link = links_[peer];
  const auto expected = link.heard + 1;
  const auto missed = rumours.first_sequence > expected ? rumours.first_sequence - expected : 0;
  link.heard = std::max(link.heard, rumours.first_sequence + rumours.records.size() - 1);
  return missed;
}

void RumourMill::on_link_up(core::NodeId peer) { links_.insert_or_assign(peer, Link{}); }

}
