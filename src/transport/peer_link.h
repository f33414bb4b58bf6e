#pragma once
// One connection to a peer. Both ends say Hello first; the end that dialled waits for the other's,
// so that it can still hang up unseen when it is linked to that peer already. The end that accepted
// confirms with a sign of life, and then both know that this is their one link.
//
//   dialled:   greeting ──its hello, admitted: send ours──▶ confirming ──any frame──▶ up
//   accepted:  greeting (ours was sent) ──its hello, admitted: confirm─────────────▶ up
//   any state ──error, silence, stranger, the peer's close──▶ closed: on_closed, once
//
// A link that sent nothing for a while sends a sign of life; one that heard nothing for longer is
// closed. TLS will come before the hello.

#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/limits.h"
#include "core/time.h"
#include "net/byte_stream.h"
#include "net/event_loop.h"
#include "net/watches.h"
#include "transport/counters.h"
#include "transport/framing.h"
#include "wire/codec.h"

namespace starling::transport {

struct LinkTimes {
  core::Duration handshake_patience = core::limits::link_handshake_patience;
  core::Duration ping_interval = core::limits::link_ping_interval;
  core::Duration silence_max = core::limits::link_silence_max;
};

// What all links of one pool have in common; outlives them.
struct LinkTerms {
  core::ClusterId cluster;
  wire::Hello self;
  LinkTimes times;
};

class PeerLink;

// Who owns links, and is told. A call may close the link, but not destroy it.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;

  // Its hello is good: shall this be the link with that peer?
  virtual bool admits(const PeerLink& link) = 0;
  virtual void on_up(PeerLink& link) = 0;
  virtual void on_frame(PeerLink& link, core::BytesView payload) = 0;
  virtual void on_drained(PeerLink& link) = 0;
  virtual void on_closed(PeerLink& link, const std::string& reason) = 0;
};

class PeerLink {
 public:
  enum class State { greeting, confirming, up, closed };
  enum class Side { dialled, accepted };

  PeerLink(net::EventLoop& loop, Side side, std::unique_ptr<net::ByteStream> stream,
           const LinkTerms& terms, LinkOwner& owner, LinkCounters& counters);

  // Begins the handshake. Exactly once.
  void start();

  // False, sending nothing, when the queue is full or the link is not up.
  bool send(core::Bytes payload);

  // Without on_closed: the owner knows.
  void close();

  State state() const { return state_; }
  Side side() const { return side_; }
  // What the peer said of itself; known from its hello on.
  const wire::Hello& peer() const { return peer_; }
  // Since the handshake began.
  core::Instant began_at() const { return began_at_; }
  // Until closed.
  const net::ByteStream& stream() const { return *stream_; }

 private:
  void on_bytes(core::BytesView bytes);
  bool on_payload(core::BytesView payload);
  void on_hello(core::BytesView payload);
  void on_time();
  void become_up();
  void write(core::Bytes payload);
  void fail(const std::string& reason);
  void arm();

  net::EventLoop& loop_;
  const Side side_;
  const LinkTerms& terms_;
  LinkOwner& owner_;
  LinkCounters& counters_;
  State state_ = State::greeting;
  wire::Hello peer_;
  FrameReader reader_{core::limits::hello_bytes_max};
  core::Instant began_at_{};
  core::Instant heard_at_{};
  core::Instant sent_at_{};
  net::Timer timer_;
  std::unique_ptr<net::ByteStream> stream_;
};

}
