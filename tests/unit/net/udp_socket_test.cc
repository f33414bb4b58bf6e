#include "net/udp_socket.h"

#include <doctest/doctest.h>

#include <string>

#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;

SocketAddress on_loopback(std::uint16_t port = 0) {
  return SocketAddress::parse("127.0.0.1:" + std::to_string(port)).value();
}

TEST_CASE("datagrams go both ways and name their sender") {
  EventLoop loop;
  std::string at_a;
  std::string at_b;
  std::unique_ptr<UdpSocket> a;
  std::unique_ptr<UdpSocket> b;
  a = UdpSocket::bind(loop, on_loopback(), [&](const auto&, auto bytes) { at_a = bytes; }).value();
  b = UdpSocket::bind(loop, on_loopback(), [&](const auto& from, auto bytes) {
        CHECK(from == a->address());
        at_b = bytes;
        CHECK(b->send(from, "pong"));
      }).value();
  CHECK(a->send(b->address(), "ping"));
  REQUIRE(run_until(loop, [&] { return !at_a.empty(); }));
  CHECK(at_b == "ping");
  CHECK(at_a == "pong");
  CHECK(b->counters().datagrams_in == 1);
  CHECK(b->counters().bytes_out == 4);
}

TEST_CASE("what cannot be sent is counted") {
  EventLoop loop;
  const auto socket = UdpSocket::bind(loop, on_loopback(), [](const auto&, auto) {}).value();
  CHECK_FALSE(socket->send(SocketAddress::parse("[::1]:9").value(), "no route"));
  CHECK_FALSE(socket->send(on_loopback(9), std::string(70'000, 'x')));
  CHECK(socket->counters().send_errors == 2);
  CHECK(socket->counters().datagrams_out == 0);
}

TEST_CASE("a port in use is an error that names it and says what to do") {
  EventLoop loop;
  const auto first = UdpSocket::bind(loop, on_loopback(), [](const auto&, auto) {}).value();
  const auto second = UdpSocket::bind(loop, first->address(), [](const auto&, auto) {});
  REQUIRE_FALSE(second);
  CHECK(second.error().detail.contains(first->address().to_text()));
  CHECK(second.error().detail.contains("in use by another process"));
}

TEST_CASE("a socket may be destroyed by its own callback") {
  EventLoop loop;
  std::unique_ptr<UdpSocket> receiver;
  const auto sender = UdpSocket::bind(loop, on_loopback(), [](const auto&, auto) {}).value();
  int received = 0;
  receiver = UdpSocket::bind(loop, on_loopback(), [&](const auto&, auto) {
               ++received;
               receiver.reset();
             }).value();
  CHECK(sender->send(receiver->address(), "one"));
  CHECK(sender->send(receiver->address(), "two"));
  REQUIRE(run_until(loop, [&] { return received > 0; }));
  CHECK(received == 1);
}

}
}
