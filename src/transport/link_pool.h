#pragma once
// All links of a node: performs Dial, Undial, SendFrame and DropLink, and reports LinkUp, LinkDown,
// FrameReceived and LinkDrained. At most one link per peer is up.
//
// Two nodes that dial each other at once keep the connection that the smaller id dialled. A new
// connection of a peer that we believe to be linked replaces the link, because a peer says hello
// only while it has no link with us: the old one is dead and we have not noticed yet.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/prng.h"
#include "core/result.h"
#include "core/time.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "node/effect.h"
#include "node/event.h"
#include "transport/counters.h"
#include "transport/dialler.h"
#include "transport/peer_link.h"

namespace starling::transport {

struct LinkOptions {
  core::ClusterId cluster;
  wire::Hello self;  // An empty address becomes the one that listen() finds.
  LinkTimes times;
  DialOptions dial;
};

// For people: what `members` and `status` show.
struct LinkReport {
  core::NodeId peer;
  std::string name;
  membership::Address advertised;
  std::string remote;  // The other end of the connection.
  bool was_dialled;
  std::size_t queued_bytes;
  std::optional<core::Duration> round_trip;
  core::Instant began_at;
};

class LinkPool {
 public:
  // `sink` is called from the loop only, never from inside a call of this object.
  LinkPool(net::EventLoop& loop, LinkOptions options, const core::Prng& prng,
           std::move_only_function<void(node::Event)> sink);
  ~LinkPool();

  // Where it listens, and where connections dialled later leave from: a peer sees a node under one
  // address whoever dialled. The error is a sentence for people.
  core::Result<net::SocketAddress> listen(const net::SocketAddress& address);
  void stop_listening();

  void dial(const membership::Address& address);
  // Stops trying. A link that is up stays: drop() ends links.
  void undial(const membership::Address& address);
  // False, and counted, when there is no link or its queue is full: LinkDrained follows then.
  bool send(core::NodeId peer, const node::Frame& frame);
  // LinkDown follows.
  void drop(core::NodeId peer, const std::string& reason);

  std::vector<LinkReport> links() const;
  const LinkCounters& counters() const;
  std::size_t queued_bytes() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}
