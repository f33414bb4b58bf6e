#include "net/udp_socket.h"

#include <sys/socket.h>

#include <utility>

#include "net/native_address.h"
#include "net/polled.h"
#include "net/sockets.h"

namespace starling::net {
namespace {

constexpr int datagrams_per_turn = 64;

}

struct UdpSocket::Inside final : Polled {
  EventLoop& loop;
  Descriptor socket;
  const int family;
  Receive on_receive;
  UdpCounters counters;

  Inside(EventLoop& on, Descriptor bound, int of_family, Receive called)
      : Polled{on, bound.number()},
        loop{on},
        socket{std::move(bound)},
        family{of_family},
        on_receive{std::move(called)} {
    want({.readable = true});
  }

  void on_ready(Ready) override {
    for (int i = 0; i < datagrams_per_turn && !is_retired(); ++i) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      auto* const address = reinterpret_cast<sockaddr*>(&from);
      const auto buffer = loop.read_buffer();
      const auto count =
          recvfrom(socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT, address, &length);
      if (count < 0) return;  // Nothing more, or the news that an earlier datagram did not arrive.
      const auto sender = from_native(*address);
      if (!sender) continue;
      const auto size = static_cast<std::size_t>(count);
      ++counters.datagrams_in;
      counters.bytes_in += size;
      on_receive(*sender, {buffer.data(), size});
    }
  }
};

void UdpSocket::Close::operator()(Inside* inside) const {
  Polled::retire(std::unique_ptr<Polled>{inside});
  inside->socket.close();
}

UdpSocket::UdpSocket(std::unique_ptr<Inside, Close> inside) : inside_{std::move(inside)} {}

core::Result<std::unique_ptr<UdpSocket>> UdpSocket::bind(EventLoop& loop,
                                                         const SocketAddress& address,
                                                         Receive on_receive) {
  auto socket = open_bound(address, SocketKind::udp);
  if (!socket) return std::unexpected{socket.error()};
  auto inside =
      std::make_unique<Inside>(loop, std::move(*socket), family_of(address), std::move(on_receive));
  return std::make_unique<UdpSocket>(std::unique_ptr<Inside, Close>{inside.release()});
}

bool UdpSocket::send(const SocketAddress& to, core::BytesView bytes) {
  auto& in = *inside_;
  const auto native = to_native(to, in.family);
  const bool reachable = in.family == AF_INET6 || to.is_ipv4();
  if (!reachable || sendto(in.socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                           native.get(), native.length) < 0) {
    ++in.counters.send_errors;
    return false;
  }
  ++in.counters.datagrams_out;
  in.counters.bytes_out += bytes.size();
  return true;
}

SocketAddress UdpSocket::address() const { return local_address(inside_->socket.number()); }

const UdpCounters& UdpSocket::counters() const { return inside_->counters; }

}
