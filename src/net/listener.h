#pragma once
// Accepts connections on a TCP address or a unix socket. When the process runs out of descriptors
// it pauses and tries again, without a busy loop and without losing the connections that wait.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "net/address.h"
#include "net/byte_stream.h"
#include "net/event_loop.h"

namespace starling::net {

struct AcceptHandlers {
  // Not started yet; destroying it closes the connection.
  std::move_only_function<void(std::unique_ptr<ByteStream>)> on_accept;
};

struct UnixSocket {
  std::string path;
  unsigned mode;  // 0660: who may connect.
};

class Listener {
 public:
  // The errors name the address and say what to do about it.
  static core::Result<std::unique_ptr<Listener>> on_tcp(EventLoop& loop,
                                                        const SocketAddress& address,
                                                        StreamLimits limits,
                                                        AcceptHandlers handlers);
  // Removes a socket file that nobody listens on. The file goes when the listener does, unless
  // somebody has put another in its place.
  static core::Result<std::unique_ptr<Listener>> on_unix(EventLoop& loop, const UnixSocket& socket,
                                                         StreamLimits limits,
                                                         AcceptHandlers handlers);

  // Where it listens; the port is the real one when 0 was asked for. Of a unix socket: nothing.
  SocketAddress address() const;
  // How often it had to pause for want of descriptors.
  std::uint64_t pauses() const;

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;

 public:
  // For the two functions above.
  explicit Listener(std::unique_ptr<Inside, Close> inside);
};

}
