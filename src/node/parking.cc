#include "node/parking.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::node {

std::vector<core::Bytes> Parking::admit(std::vector<core::Bytes> keys, std::size_t bytes,
                                        Operation operation) {
  // A key named twice waits once.
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());

  bool must_wait = false;
  for (const auto& key : keys) {
    if (places_.contains(key)) {
      must_wait = true;
      continue;
    }
    auto stored = records_.read(key);
    if (stored.presence == ports::Presence::not_in_memory) {
      must_wait = true;
    } else {
      records_.pin(key, std::move(stored));
    }
  }
  if (must_wait) return park(std::move(keys), bytes, std::move(operation));
  operation();
  for (const auto& key : keys) records_.unpin(key);
  return {};
}

// Keys that could be read are pinned already, or they could be evicted before the others come.
std::vector<core::Bytes> Parking::park(std::vector<core::Bytes> keys, std::size_t bytes,
                                       Operation operation) {
  std::vector<core::Bytes> to_fetch;
  auto parked = std::make_shared<Parked>(std::move(keys), 0, bytes, std::move(operation));
  for (const auto& key : parked->keys) {
    auto [place, is_first] = places_.try_emplace(key);
    place->second.queue.push_back(parked);
    if (is_first) {
      place->second.is_fetched = records_.is_pinned(key);
      if (place->second.is_fetched) continue;
      to_fetch.push_back(key);
    }
    ++parked->missing;  // For the fetch, or for those ahead of it.
  }
  ++operations_;
  bytes_ += bytes;
  return to_fetch;
}

void Parking::on_fetched(const core::Bytes& key, ports::ReadResult result) {
  const auto found = places_.find(key);
  if (found == places_.end() || found->second.is_fetched) return;
  found->second.is_fetched = true;
  records_.pin(key, std::move(result));
  --found->second.queue.front()->missing;
  settle({key});
}

// Runs every operation that heads the queues of all its keys; each that ran lets the next move up.
void Parking::settle(std::vector<core::Bytes> keys) {
  while (!keys.empty()) {
    const auto key = std::move(keys.back());
    keys.pop_back();
    const auto found = places_.find(key);
    if (found == places_.end()) continue;
    const auto parked = found->second.queue.front();
    if (parked->missing > 0) continue;

    parked->operation();
    --operations_;
    bytes_ -= parked->bytes;
    for (const auto& used : parked->keys) {
      const auto place = places_.find(used);
      STARLING_ASSERT(place != places_.end() && place->second.queue.front() == parked);
      place->second.queue.pop_front();
      if (place->second.queue.empty()) {
        records_.unpin(used);
        places_.erase(place);
      } else {
        --place->second.queue.front()->missing;
        keys.push_back(used);
      }
    }
  }
}

bool Parking::is_full() const {
  return operations_ >= core::limits::parked_operations_max ||
         bytes_ >= core::limits::parked_bytes_max;
}

}
