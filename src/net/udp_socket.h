#pragma once
// A bound UDP socket. Sending never waits: what the kernel does not take at once is lost, and
// counted.

#include <cstdint>
#include <functional>
#include <memory>

#include "core/bytes.h"
#include "core/result.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace starling::net {

struct UdpCounters {
  std::uint64_t datagrams_in = 0;
  std::uint64_t datagrams_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t send_errors = 0;  // Not sent: no room, no route, no permission.
};

class UdpSocket {
 public:
  // The bytes (at most 64 KiB) are valid during the call.
  using Receive = std::move_only_function<void(const SocketAddress& from, core::BytesView bytes)>;

  // The error names the address and says what to do about it.
  static core::Result<std::unique_ptr<UdpSocket>> bind(EventLoop& loop,
                                                       const SocketAddress& address,
                                                       Receive on_receive);

  // False when it was not sent.
  bool send(const SocketAddress& to, core::BytesView bytes);

  // The port is the real one when 0 was asked for.
  SocketAddress address() const;
  const UdpCounters& counters() const;

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;

 public:
  // For bind().
  explicit UdpSocket(std::unique_ptr<Inside, Close> inside);
};

}
