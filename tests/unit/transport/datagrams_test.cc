#include "transport/datagrams.h"

#include <doctest/doctest.h>

#include <optional>

#include "unit/net/until.h"
#include "wire/codec.h"

namespace starling::transport {
namespace {

using net::testing::run_until;

constexpr core::ClusterId ours{77};

net::SocketAddress any_port() { return net::SocketAddress::parse("127.0.0.1:0").value(); }

node::Datagram ping() {
  node::Datagram datagram;
  datagram.sender = core::NodeId{5};
  datagram.incarnation = 2;
  datagram.membership.question = membership::Ping{.sequence = 9, .target = core::NodeId{6}};
  return datagram;
}

TEST_CASE("a datagram arrives as it was sent, with the address to answer to") {
  net::EventLoop loop;
  std::optional<node::DatagramReceived> received;
  const auto a = Datagrams::bind(loop, any_port(), ours, [](auto) {}).value();
  const auto b = Datagrams::bind(loop, any_port(), ours, [&](auto event) {
                   received = std::move(event);
                 }).value();
  a->send(b->address().to_text(), ping());
  REQUIRE(run_until(loop, [&] { return received.has_value(); }));
  CHECK(received->datagram == ping());
  CHECK(received->from == a->address().to_text());
  CHECK(a->counters().datagrams_out == 1);
  CHECK(b->counters().datagrams_in == 1);
}

TEST_CASE("host names work, after what is sent meanwhile was lost and counted") {
  net::EventLoop loop;
  bool received = false;
  const auto a = Datagrams::bind(loop, any_port(), ours, [](auto) {}).value();
  const auto b = Datagrams::bind(loop, any_port(), ours, [&](auto) { received = true; }).value();
  const auto name = "localhost:" + std::to_string(b->address().port());
  a->send(name, ping());
  CHECK(a->counters().unresolved == 1);
  // Also where localhost is [::1] first, which this socket cannot reach.
  REQUIRE(run_until(loop, [&] {
    a->send(name, ping());
    return received;
  }));
  CHECK(a->counters().send_errors == 0);
}

TEST_CASE("strangers and noise are dropped and counted") {
  net::EventLoop loop;
  int received = 0;
  const auto a = Datagrams::bind(loop, any_port(), ours, [&](auto) { ++received; }).value();
  const auto stranger = net::UdpSocket::bind(loop, any_port(), [](const auto&, auto) {}).value();
  const auto foreign = wire::encode_datagram(ping(), core::ClusterId{78}).value();
  const auto mine = wire::encode_datagram(ping(), ours).value();
  CHECK(stranger->send(a->address(), foreign));
  CHECK(stranger->send(a->address(), "noise"));
  CHECK(stranger->send(a->address(), ""));
  CHECK(stranger->send(a->address(), std::string(60'000, 'x')));
  CHECK(stranger->send(a->address(), core::BytesView{mine}.substr(0, mine.size() / 2)));
  CHECK(stranger->send(a->address(), mine));
  REQUIRE(run_until(loop, [&] { return received > 0; }));
  CHECK(received == 1);
  CHECK(a->counters().foreign == 1);
  CHECK(a->counters().malformed == 4);
}

}
}
