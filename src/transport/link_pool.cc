#include "transport/link_pool.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/assert.h"
#include "net/listener.h"
#include "wire/codec.h"

namespace starling::transport {

struct LinkPool::Inside final : LinkOwner {
  using Links = std::vector<std::unique_ptr<PeerLink>>;

  struct Dialled {
    std::unique_ptr<Dialler> dialler;
    PeerLink* link = nullptr;  // That came of it, until closed.
    core::NodeId peer;         // Last seen at this address.
  };
  struct Dropped {
    core::NodeId peer;
    std::string reason;
  };

  net::EventLoop& loop;
  LinkOptions options;
  LinkTerms terms;
  core::Prng prng;
  std::move_only_function<void(node::Event)> sink;
  LinkCounters counters;

  std::map<membership::Address, Dialled> dialled;
  Links greeting;  // Connections whose handshake is not over.
  std::map<core::NodeId, std::unique_ptr<PeerLink>> up;
  Links closed;  // Perhaps still running a callback: freed at the end of the turn.
  std::vector<Dropped> dropped;
  net::AtTurnEnd free_closed;
  net::Timer report_dropped_soon;
  std::unique_ptr<net::Listener> listener;

  Inside(net::EventLoop& on, LinkOptions chosen, const core::Prng& seeded,
         std::move_only_function<void(node::Event)> told)
      : loop{on},
        options{std::move(chosen)},
        terms{options.cluster, options.self, options.times},
        prng{seeded.fork("dial")},
        sink{std::move(told)},
        free_closed{on, [this] { closed.clear(); }},
        report_dropped_soon{on, [this] { report_dropped(); }} {}

  // ---- connections come ------------------------------------------------------------------------
  void on_accept(std::unique_ptr<net::ByteStream> stream) {
    const auto half_open = std::ranges::count(greeting, PeerLink::Side::accepted,
                                              [](const auto& link) { return link->side(); });
    if (static_cast<std::size_t>(half_open) >= core::limits::links_half_open_max ||
        up.size() >= core::limits::links_max) {
      ++counters.half_open_refused;
      return;
    }
    greet(PeerLink::Side::accepted, std::move(stream));
  }

  PeerLink& greet(PeerLink::Side side, std::unique_ptr<net::ByteStream> stream) {
    greeting.push_back(
        std::make_unique<PeerLink>(loop, side, std::move(stream), terms, *this, counters));
    auto& link = *greeting.back();
    link.start();
    return link;
  }

  // ---- LinkOwner -------------------------------------------------------------------------------
  bool admits(const PeerLink& link) override {
    const auto peer = link.peer().node;
    const bool was_dialled = link.side() == PeerLink::Side::dialled;
    if (auto* const entry = dialled_by(link)) entry->peer = peer;
    if (const auto found = up.find(peer); found != up.end()) {
      return !was_dialled && !has_crossed(*found->second);
    }
    const bool being_confirmed = std::ranges::any_of(greeting, [&](const auto& other) {
      return other->state() == PeerLink::State::confirming && other->peer().node == peer;
    });
    // Both said hello on the connections that they dialled: that of the smaller id stays.
    return !being_confirmed || (!was_dialled && peer < terms.self.node);
  }

  // The peer said hello on its own connection before it took ours, which is young: it will hang up.
  bool has_crossed(const PeerLink& link) const {
    return link.side() == PeerLink::Side::dialled && terms.self.node < link.peer().node &&
           loop.now().instant < link.began_at() + terms.times.handshake_patience;
  }

  void on_up(PeerLink& link) override {
    report_dropped();
    const auto peer = link.peer().node;
    if (up.contains(peer)) lose(peer, "replaced by a newer connection");
    up[peer] = take(link);
    ++counters.links_up;
    if (auto* const entry = dialled_by(link)) entry->dialler->on_good();
    for (auto& [address, entry] : dialled) {
      // At an address that leads to `link`, or to another peer, there is nothing to stop.
      if (entry.link != nullptr && entry.link->state() == PeerLink::State::up) continue;
      if (address == link.peer().address) entry.peer = peer;
      if (entry.peer == peer) stop_trying(entry);
    }
    sink(node::LinkUp{peer, link.peer().address, link.peer().name});
  }

  void on_frame(PeerLink& link, core::BytesView payload) override {
    auto frame = wire::decode_frame(payload, terms.cluster);
    if (!frame) {
      ++counters.hostile_frames;
      return lose(link.peer().node, frame.error().detail);
    }
    ++counters.frames_in;
    sink(node::FrameReceived{link.peer().node, std::move(*frame)});
  }

  void on_drained(PeerLink& link) override { sink(node::LinkDrained{link.peer().node}); }

  void on_closed(PeerLink& link, const std::string& reason) override {
    const auto found = up.find(link.peer().node);
    if (found != up.end() && found->second.get() == &link) return lose(link.peer().node, reason);
    bury(take(link));
  }

  // ---- links go --------------------------------------------------------------------------------
  void lose(core::NodeId peer, const std::string& reason) {
    close_up(peer);
    sink(node::LinkDown{peer, reason});
  }

  void close_up(core::NodeId peer) {
    const auto found = up.find(peer);
    auto link = std::move(found->second);
    up.erase(found);
    ++counters.links_down;
    for (auto& [address, entry] : dialled) {
      if (entry.peer == peer && entry.link == nullptr) entry.dialler->try_later();
    }
    bury(std::move(link));
  }

  // Whoever came by dialling is dialled again, unless the peer is linked by another connection.
  void bury(std::unique_ptr<PeerLink> link) {
    link->close();
    if (auto* const entry = dialled_by(*link)) {
      entry->link = nullptr;
      if (!up.contains(entry->peer)) entry->dialler->try_later();
    }
    closed.push_back(std::move(link));
    free_closed.request();
  }

  // Another connection serves this address now.
  void stop_trying(Dialled& entry) {
    entry.dialler->rest();
    if (entry.link != nullptr) bury(take(*entry.link));
  }

  std::unique_ptr<PeerLink> take(const PeerLink& link) {
    const auto found = std::ranges::find(greeting, &link, &std::unique_ptr<PeerLink>::get);
    STARLING_ASSERT(found != greeting.end());
    auto taken = std::move(*found);
    greeting.erase(found);
    return taken;
  }

  void report_dropped() {
    for (auto& each : std::exchange(dropped, {})) {
      sink(node::LinkDown{each.peer, std::move(each.reason)});
    }
  }

  // ---- dialling --------------------------------------------------------------------------------
  Dialled* dialled_by(const PeerLink& link) {
    if (link.side() == PeerLink::Side::accepted) return nullptr;
    for (auto& [address, entry] : dialled) {
      if (entry.link == &link) return &entry;
    }
    return nullptr;  // Undialled since.
  }

  void on_connected(const membership::Address& address, std::unique_ptr<net::ByteStream> stream) {
    auto& link = greet(PeerLink::Side::dialled, std::move(stream));
    dialled[address].link = &link;
  }
};

LinkPool::LinkPool(net::EventLoop& loop, LinkOptions options, const core::Prng& prng,
                   std::move_only_function<void(node::Event)> sink)
    : inside_{std::make_unique<Inside>(loop, std::move(options), prng, std::move(sink))} {}

LinkPool::~LinkPool() = default;

core::Result<net::SocketAddress> LinkPool::listen(const net::SocketAddress& address) {
  auto* const inside = inside_.get();
  auto listener = net::Listener::on_tcp(inside->loop, address, inside->options.dial.limits,
                                        {[inside](std::unique_ptr<net::ByteStream> stream) {
                                          inside->on_accept(std::move(stream));
                                        }});
  if (!listener) return std::unexpected{listener.error()};
  inside->listener = std::move(*listener);
  const auto bound = inside->listener->address();
  inside->options.dial.from = bound;
  if (inside->terms.self.address.empty()) inside->terms.self.address = bound.to_text();
  return bound;
}

void LinkPool::stop_listening() { inside_->listener.reset(); }

void LinkPool::dial(const membership::Address& address) {
  auto& in = *inside_;
  if (in.dialled.contains(address)) return;
  auto& entry = in.dialled[address];
  entry.dialler = std::make_unique<Dialler>(
      in.loop, address, in.options.dial, in.prng.fork(address),
      DialHandlers{[&in, address](std::unique_ptr<net::ByteStream> stream) {
                     in.on_connected(address, std::move(stream));
                   },
                   [&in](const std::string&) { ++in.counters.dials_failed; }});
  for (const auto& [peer, link] : in.up) {
    if (link->peer().address == address) entry.peer = peer;
  }
  if (!entry.peer) entry.dialler->try_now();
}

void LinkPool::undial(const membership::Address& address) {
  auto& in = *inside_;
  const auto found = in.dialled.find(address);
  if (found == in.dialled.end()) return;
  auto* const link = found->second.link;
  in.dialled.erase(found);
  if (link != nullptr && link->state() != PeerLink::State::up) in.bury(in.take(*link));
}

bool LinkPool::send(core::NodeId peer, const node::Frame& frame) {
  auto& in = *inside_;
  const auto found = in.up.find(peer);
  if (found == in.up.end()) {
    ++in.counters.dropped_no_link;
    return false;
  }
  auto payload = wire::encode_frame(frame, in.terms.cluster);
  if (payload.size() > core::limits::frame_bytes_max) {
    ++in.counters.dropped_too_large;
    return false;
  }
  if (!found->second->send(std::move(payload))) {
    ++in.counters.dropped_queue_full;
    return false;
  }
  ++in.counters.frames_out;
  return true;
}

void LinkPool::drop(core::NodeId peer, const std::string& reason) {
  auto& in = *inside_;
  if (!in.up.contains(peer)) return;
  in.close_up(peer);
  in.dropped.push_back({peer, reason});
  in.report_dropped_soon.arm(in.loop.now().instant);
}

std::vector<LinkReport> LinkPool::links() const {
  std::vector<LinkReport> reports;
  for (const auto& [peer, link] : inside_->up) {
    reports.push_back({.peer = peer,
                       .name = link->peer().name,
                       .advertised = link->peer().address,
                       .remote = link->stream().peer(),
                       .was_dialled = link->side() == PeerLink::Side::dialled,
                       .queued_bytes = link->stream().queued_bytes(),
                       .round_trip = link->stream().round_trip(),
                       .began_at = link->began_at()});
  }
  return reports;
}

const LinkCounters& LinkPool::counters() const { return inside_->counters; }

std::size_t LinkPool::queued_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [peer, link] : inside_->up) bytes += link->stream().queued_bytes();
  return bytes;
}

}
