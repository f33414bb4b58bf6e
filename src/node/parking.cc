#include "node/parking.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::node {

std::vector<core::Bytes> Parking::admit(std::vector<core::Bytes> keys, std::size_t bytes,
                                        Operation operation) {
  const auto must_wait = [this](const core::Bytes& key) {
    return places_.contains(key) || records_.read(key).presence == ports::Presence::not_in_memory;
  };
  if (std::ranges::none_of(keys, must_wait)) {
    operation();
    return {};
  }

  // A key named twice waits once.
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());

  std::vector<core::Bytes> to_fetch;
  auto parked = std::make_shared<Parked>(std::move(keys), 0, bytes, std::move(operation));
  for (const auto& key : parked->keys) {
    auto [place, is_first] = places_.try_emplace(key);
    place->second.queue.push_back(parked);
    if (is_first) {
      auto stored = records_.read(key);
      place->second.is_fetched = stored.presence != ports::Presence::not_in_memory;
      // Held at hand, or it could be evicted before the others have come.
      if (place->second.is_fetched) {
        records_.pin(key, std::move(stored));
        continue;
      }
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
