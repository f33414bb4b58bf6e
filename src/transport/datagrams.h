#pragma once
// Datagrams between nodes: performs SendDatagram and reports DatagramReceived. What is not ours, or
// does not decode, is dropped and counted, and its address goes no further.

#include <functional>
#include <memory>

#include "core/ids.h"
#include "core/result.h"
#include "net/event_loop.h"
#include "net/udp_socket.h"
#include "node/event.h"
#include "transport/counters.h"
#include "transport/name_cache.h"

namespace starling::transport {

class Datagrams {
 public:
  // The error is a sentence for people. `sink` is called from the loop only.
  static core::Result<std::unique_ptr<Datagrams>> bind(
      net::EventLoop& loop, const net::SocketAddress& address, core::ClusterId cluster,
      std::move_only_function<void(node::DatagramReceived)> sink);

  // Never waits: to a name without a known address yet, it is lost.
  void send(const membership::Address& to, const node::Datagram& datagram);

  net::SocketAddress address() const { return socket_->address(); }
  DatagramCounters counters() const;

  // For bind().
  Datagrams(net::EventLoop& loop, NameCacheOptions names, core::ClusterId cluster,
            std::move_only_function<void(node::DatagramReceived)> sink);

 private:
  void on_receive(const net::SocketAddress& from, core::BytesView bytes);

  core::ClusterId cluster_;
  std::move_only_function<void(node::DatagramReceived)> sink_;
  NameCache names_;
  DatagramCounters counters_;
  std::unique_ptr<net::UdpSocket> socket_;
};

}
