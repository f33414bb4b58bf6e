#pragma once
// A TCP connection being made. Destroying it gives up.

#include <functional>
#include <memory>

#include "core/result.h"
#include "core/time.h"
#include "net/address.h"
#include "net/byte_stream.h"
#include "net/event_loop.h"
#include "net/watches.h"

namespace starling::net {

struct ConnectOptions {
  core::Duration patience;  // Then it has failed.
  StreamLimits limits;      // Of the stream that comes out.
  SocketAddress from{};     // The host it leaves from; any: the system's choice.
};

class Connecting {
 public:
  using Outcome = core::Result<std::unique_ptr<ByteStream>>;

  // `callback` is called once, in a turn to come.
  Connecting(EventLoop& loop, const SocketAddress& address, ConnectOptions options,
             std::move_only_function<void(Outcome)> callback);

 private:
  void on_writable();
  void end_with(Outcome outcome);
  core::Error failed(const std::string& why) const;

  EventLoop& loop_;
  SocketAddress address_;
  ConnectOptions options_;
  std::move_only_function<void(Outcome)> callback_;
  std::string failed_at_once_;
  Descriptor socket_;
  std::unique_ptr<DescriptorWatch> watch_;
  Timer patience_;
};

}
