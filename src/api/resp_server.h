#pragma once
// The Redis protocol on sockets: accepts clients, carries their bytes to their connections and the
// replies back, and closes who takes more than a fair share.
//
//   turn: bytes ─▶ Connection ─▶ node │ driver: replies ─▶ Connection │ turn end: one write each

#include <cstdint>
#include <memory>
#include <string>

#include "api/service.h"
#include "core/result.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/listener.h"

namespace starling::api {

class RespServer {
 public:
  RespServer(net::EventLoop& loop, RespSettings settings, World world);
  ~RespServer();

  // Each may be called several times.
  core::Result<void> listen_on(const net::SocketAddress& address);
  core::Result<void> listen_on(const net::UnixSocket& socket);
  // The port of the first TCP address; 0 when there is none.
  std::uint16_t tcp_port() const;

  // The node's answer; answers to clients that are gone are dropped.
  void on_reply(node::ClientId client, std::uint64_t ticket, node::LocalReply answer);

  // Accepts nobody any more and reads no further command; closes each client as soon as what it
  // has said so far is answered.
  void drain();
  bool is_drained() const;

  const ClientStatistics& statistics() const;
  std::size_t clients() const;
  std::size_t buffered_bytes() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}
