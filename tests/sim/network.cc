#include "sim/network.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace starling::sim {

using namespace std::chrono_literals;

Network::Network(Timeline& timeline, Receiver& receiver, const Knobs& knobs, std::size_t hosts,
                 core::Prng prng)
    : timeline_{timeline}, receiver_{receiver}, knobs_{knobs}, prng_{prng} {
  for (std::size_t host = 0; host < hosts; ++host) down_.insert(host);
}

core::Duration Network::between(core::Duration low, core::Duration high) {
  const auto range = static_cast<std::uint64_t>((high - low).count());
  return low + core::Duration{static_cast<std::int64_t>(prng_.below(range + 1))};
}

core::Duration Network::delay() {
  return between(knobs_.delay_min, knobs_.delay_min + knobs_.delay_spread);
}

bool Network::path_works(const Pair& pair) const {
  return !is_blocked(pair.first, pair.second) && !is_blocked(pair.second, pair.first);
}

bool Network::is_wanted(const Pair& pair) const {
  return !down_.contains(pair.first) && !down_.contains(pair.second) &&
         (dialled_.contains(pair) || dialled_.contains({pair.second, pair.first}));
}

// ---- datagrams ----------------------------------------------------------------------------------

void Network::send_datagram(std::size_t from, std::size_t to, core::Bytes bytes) {
  ++datagrams_;
  if (is_blocked(from, to) || prng_.chance(knobs_.loss_per_1000, 1000)) {
    ++lost_;
    return;
  }
  const int copies = prng_.chance(knobs_.duplicates_per_1000, 1000) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    timeline_.after(delay(), [this, from, to, bytes] {
      if (!down_.contains(to)) receiver_.on_datagram(to, from, bytes);
    });
  }
}

// ---- links --------------------------------------------------------------------------------------

void Network::dial(std::size_t from, std::size_t to) {
  dialled_.insert({from, to});
  try_later(pair_of(from, to));
}

void Network::undial(std::size_t from, std::size_t to) { dialled_.erase({from, to}); }

void Network::try_later(const Pair& pair) {
  auto& link = links_[pair];
  if (link.is_up || link.is_trying) return;
  link.is_trying = true;
  timeline_.after(between(1ms, 1s), [this, pair] {
    auto& trying = links_[pair];
    trying.is_trying = false;
    if (trying.is_up || !is_wanted(pair)) return;
    if (path_works(pair)) {
      connect(pair);
    } else {
      try_later(pair);
    }
  });
}

void Network::connect(const Pair& pair) {
  auto& link = links_[pair];
  const std::size_t ends[] = {pair.first, pair.second};
  // A new connection takes the place of one whose end was not noticed yet.
  for (const auto host : ends) {
    const auto peer = host == pair.first ? pair.second : pair.first;
    if (const auto old = link.believed.find(host); old != link.believed.end()) {
      tell_down(host, peer, old->second, "replaced");
    }
  }
  link.is_up = true;
  ++link.epoch;
  link.lanes.clear();
  for (const auto host : ends) {
    link.believed[host] = link.epoch;
    receiver_.on_link_up(host, host == pair.first ? pair.second : pair.first);
  }
}

void Network::close(const Pair& pair, const std::string& reason, core::Duration noticed_within) {
  auto& link = links_[pair];
  if (!link.is_up) return;
  link.is_up = false;
  for (const auto& [sender, lane] : link.lanes) frames_dropped_ += lane.queue.size();
  link.lanes.clear();
  for (const auto host : {pair.first, pair.second}) {
    const auto peer = host == pair.first ? pair.second : pair.first;
    timeline_.after(between(0ms, noticed_within), [this, host, peer, epoch = link.epoch, reason] {
      tell_down(host, peer, epoch, reason);
    });
  }
  try_later(pair);
}

void Network::tell_down(std::size_t host, std::size_t peer, std::uint64_t epoch,
                        const std::string& reason) {
  auto& believed = links_[pair_of(host, peer)].believed;
  const auto found = believed.find(host);
  if (found == believed.end() || found->second != epoch) return;
  believed.erase(found);
  receiver_.on_link_down(host, peer, reason);
}

void Network::drop_link(std::size_t from, std::size_t to, const std::string& reason) {
  close(pair_of(from, to), reason, 50ms);
}

void Network::send_frame(std::size_t from, std::size_t to, core::Bytes bytes) {
  ++frames_;
  auto& link = links_[pair_of(from, to)];
  if (!link.is_up) {
    ++frames_dropped_;
    return;
  }
  auto& lane = link.lanes[from];
  // One frame always fits, or a large record could never travel.
  if (!lane.queue.empty() && lane.bytes + bytes.size() > knobs_.link_queue_bytes_max) {
    ++frames_dropped_;
    lane.was_full = true;
    return;
  }
  auto ready = timeline_.time() + delay();
  if (!lane.queue.empty()) ready = std::max(ready, lane.queue.back().ready);
  lane.bytes += bytes.size();
  lane.queue.push_back({ready, std::move(bytes)});
  move(from, to);
}

void Network::move(std::size_t from, std::size_t to) {
  auto& link = links_[pair_of(from, to)];
  auto& lane = link.lanes[from];
  if (lane.is_moving || lane.queue.empty()) return;
  lane.is_moving = true;
  timeline_.at(lane.queue.front().ready,
               [this, from, to, epoch = link.epoch] { deliver_front(from, to, epoch); });
}

void Network::deliver_front(std::size_t from, std::size_t to, std::uint64_t epoch) {
  auto& link = links_[pair_of(from, to)];
  if (!link.is_up || link.epoch != epoch) return;
  auto& lane = link.lanes[from];
  lane.is_moving = false;
  if (!path_works(pair_of(from, to))) return;  // Unblocking sets it in motion again.
  const auto bytes = std::move(lane.queue.front().bytes);
  lane.queue.pop_front();
  lane.bytes -= bytes.size();
  if (lane.was_full && lane.bytes < knobs_.link_queue_bytes_max / 2) {
    lane.was_full = false;
    receiver_.on_link_drained(from, to);
  }
  receiver_.on_frame(to, from, bytes);
  move(from, to);
}

// ---- faults -------------------------------------------------------------------------------------

void Network::block(std::size_t from, std::size_t to) {
  ++blocks_[{from, to}];
  const auto pair = pair_of(from, to);
  auto& link = links_[pair];
  const auto stall = ++link.stalls;
  // Nothing comes through, keep-alives included: one side or the other gives up.
  timeline_.after(between(3s, 15s), [this, pair, stall, epoch = link.epoch] {
    const auto& stalled = links_[pair];
    if (stalled.stalls != stall || stalled.epoch != epoch || path_works(pair)) return;
    close(pair, "silence", 5s);
  });
}

void Network::unblock(std::size_t from, std::size_t to) {
  const auto found = blocks_.find({from, to});
  if (--found->second > 0) return;
  blocks_.erase(found);
  const auto pair = pair_of(from, to);
  if (!path_works(pair)) return;
  ++links_[pair].stalls;
  if (!links_[pair].is_up) return;
  for (auto& [sender, lane] : links_[pair].lanes) {
    for (auto& waiting : lane.queue) waiting.ready = std::max(waiting.ready, timeline_.time());
  }
  move(pair.first, pair.second);
  move(pair.second, pair.first);
}

void Network::host_up(std::size_t host) {
  down_.erase(host);
  for (const auto& [from, to] : dialled_) {
    if (to == host) try_later(pair_of(from, to));
  }
}

void Network::host_down(std::size_t host, bool is_noticed_at_once) {
  down_.insert(host);
  std::erase_if(dialled_, [host](const Pair& dialled) { return dialled.first == host; });
  for (auto& [pair, link] : links_) {
    if (pair.first != host && pair.second != host) continue;
    link.believed.erase(host);
    if (link.is_up && prng_.chance(1, 2)) leave_on_the_way(host, pair);
    close(pair, "connection lost", is_noticed_at_once ? core::Duration{50ms} : core::Duration{5s});
  }
}

// What had left the host before it died still arrives, unless its end is noticed first.
void Network::leave_on_the_way(std::size_t from, const Pair& pair) {
  auto& link = links_[pair];
  const auto to = from == pair.first ? pair.second : pair.first;
  if (!path_works(pair)) return;
  for (auto& waiting : link.lanes[from].queue) {
    timeline_.at(waiting.ready,
                 [this, from, to, epoch = link.epoch, bytes = std::move(waiting.bytes)] {
                   const auto& believed = links_[pair_of(from, to)].believed;
                   const auto found = believed.find(to);
                   if (found != believed.end() && found->second == epoch)
                     receiver_.on_frame(to, from, bytes);
                 });
  }
  link.lanes[from].queue.clear();
}

void Network::heal() {
  knobs_.loss_per_1000 = 0;
  knobs_.duplicates_per_1000 = 0;
  knobs_.delay_min = std::min<core::Duration>(knobs_.delay_min, 10ms);
  knobs_.delay_spread = std::min<core::Duration>(knobs_.delay_spread, 10ms);
}

}
