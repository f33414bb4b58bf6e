#include "transport/datagrams.h"

#include <utility>

#include "wire/codec.h"

namespace starling::transport {

Datagrams::Datagrams(net::EventLoop& loop, NameCacheOptions names, core::ClusterId cluster,
                     std::move_only_function<void(node::DatagramReceived)> sink)
    : cluster_{cluster}, sink_{std::move(sink)}, names_{loop, names} {}

core::Result<std::unique_ptr<Datagrams>> Datagrams::bind(
    net::EventLoop& loop, const net::SocketAddress& address, core::ClusterId cluster,
    std::move_only_function<void(node::DatagramReceived)> sink) {
  auto datagrams = std::make_unique<Datagrams>(
      loop, NameCacheOptions{.ipv4_only = address.is_ipv4()}, cluster, std::move(sink));
  auto socket = net::UdpSocket::bind(
      loop, address, [self = datagrams.get()](const auto& from, core::BytesView bytes) {
        self->on_receive(from, bytes);
      });
  if (!socket) return std::unexpected{socket.error()};
  datagrams->socket_ = std::move(*socket);
  return datagrams;
}

void Datagrams::send(const membership::Address& to, const node::Datagram& datagram) {
  const auto bytes = wire::encode_datagram(datagram, cluster_);
  if (!bytes) {
    ++counters_.too_large;
    return;
  }
  const auto address = names_.find(to);
  if (!address) {
    ++counters_.unresolved;
    return;
  }
  socket_->send(*address, *bytes);
}

void Datagrams::on_receive(const net::SocketAddress& from, core::BytesView bytes) {
  auto datagram = wire::decode_datagram(bytes, cluster_);
  if (!datagram) {
    ++(datagram.error().code == core::Errc::foreign ? counters_.foreign : counters_.malformed);
    return;
  }
  sink_({from.to_text(), std::move(*datagram)});
}

DatagramCounters Datagrams::counters() const {
  auto all = counters_;
  const auto& socket = socket_->counters();
  all.datagrams_in = socket.datagrams_in;
  all.datagrams_out = socket.datagrams_out;
  all.bytes_in = socket.bytes_in;
  all.bytes_out = socket.bytes_out;
  all.send_errors = socket.send_errors;
  return all;
}

}
