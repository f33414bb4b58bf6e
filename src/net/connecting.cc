#include "net/connecting.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "net/sockets.h"

namespace starling::net {

Connecting::Connecting(EventLoop& loop, const SocketAddress& address, ConnectOptions options,
                       std::move_only_function<void(Outcome)> callback)
    : loop_{loop},
      address_{address},
      options_{options},
      callback_{std::move(callback)},
      patience_{loop, [this] {
                  end_with(std::unexpected{
                      failed(failed_at_once_.empty() ? "timed out" : failed_at_once_)});
                }} {
  auto socket = open_connecting(address, options.from);
  if (!socket) {
    failed_at_once_ = socket.error().detail;
    patience_.arm(loop.now().instant);
    return;
  }
  socket_ = std::move(*socket);
  watch_ = std::make_unique<DescriptorWatch>(loop, socket_.number(), Ready{.writable = true},
                                             [this](Ready) { on_writable(); });
  patience_.arm(loop.now().instant + options.patience);
}

void Connecting::on_writable() {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return end_with(std::unexpected{failed(std::strerror(error))});
  watch_.reset();  // The stream will poll the same descriptor.
  tune_stream(socket_.number());
  end_with(
      std::make_unique<ByteStream>(loop_, std::move(socket_), options_.limits, address_.to_text()));
}

void Connecting::end_with(Outcome outcome) {
  patience_.disarm();
  watch_.reset();
  socket_.close();
  // The owner may destroy this object meanwhile.
  auto callback = std::move(callback_);
  callback(std::move(outcome));
}

core::Error Connecting::failed(const std::string& why) const {
  return {core::Errc::unavailable, "cannot connect to " + address_.to_text() + ": " + why};
}

}
