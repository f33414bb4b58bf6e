#pragma once
// Tries to connect to one address, for ever: resolves it, connects, hands the stream over, and
// starts again when told that it was lost.
//
//   resting ──try_later()──▶ waiting ──▶ resolving ──▶ connecting ──▶ given (on_connected)
//      ▲                        ▲             └─failure──────┘           │
//      └──rest(), from any      └──────────────try_later()───────────────┘

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/limits.h"
#include "core/prng.h"
#include "core/time.h"
#include "net/connecting.h"
#include "net/event_loop.h"
#include "net/name_lookup.h"
#include "net/watches.h"
#include "pacing/backoff.h"

namespace starling::transport {

struct DialOptions {
  pacing::BackoffOptions retry{core::limits::link_retry_least, core::limits::link_retry_most};
  core::Duration spacing = core::limits::link_try_spacing;  // Between the starts of two tries.
  core::Duration patience = core::limits::link_handshake_patience;
  net::StreamLimits limits{core::limits::link_queue_bytes_max,
                           core::limits::link_queue_messages_max};
  net::SocketAddress from{};  // The host that connections leave from; any: the system's choice.
};

struct DialHandlers {
  std::move_only_function<void(std::unique_ptr<net::ByteStream>)> on_connected;
  std::move_only_function<void(const std::string& why)> on_failed;  // It tries again by itself.
};

class Dialler {
 public:
  // `address` is "host:port"; a wrong one fails like one that does not answer. Rests at first.
  Dialler(net::EventLoop& loop, std::string address, const DialOptions& options, core::Prng prng,
          DialHandlers handlers);

  // The first try, in the next turn.
  void try_now();
  // After the backoff, and not sooner than the spacing allows.
  void try_later();
  // Gives up what is under way and waits for try_later().
  void rest();
  // The connection turned out to be good: the next failure is a first one.
  void on_good() { backoff_.reset(); }

  const std::string& address() const { return address_; }

 private:
  void on_time();
  void connect(const net::SocketAddress& address);
  void fail(const std::string& why);

  net::EventLoop& loop_;
  std::string address_;
  DialOptions options_;
  pacing::Backoff backoff_;
  DialHandlers handlers_;
  core::Instant may_try_at_{};
  std::size_t tries_ = 0;  // A name may have several addresses: each in turn.
  net::Timer timer_;
  std::unique_ptr<net::NameLookup> lookup_;
  std::unique_ptr<net::Connecting> connecting_;
};

}
