#include "net/connecting.h"

#include <doctest/doctest.h>

#include <optional>

#include "net/listener.h"
#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;
using namespace std::chrono_literals;

constexpr ConnectOptions options{.patience = 20ms, .limits = {.queue_bytes_max = 1024}};

std::string outcome_of(EventLoop& loop, const SocketAddress& address) {
  std::string detail;
  const Connecting connecting{loop, address, options, [&](auto outcome) {
                                detail = outcome ? "connected" : outcome.error().detail;
                              }};
  REQUIRE(detail.empty());
  REQUIRE(run_until(loop, [&] { return !detail.empty(); }));
  return detail;
}

TEST_CASE("a refused connection says so") {
  EventLoop loop;
  auto listener = Listener::on_tcp(loop, SocketAddress::parse("127.0.0.1:0").value(),
                                   options.limits, {[](auto) {}})
                      .value();
  const auto address = listener->address();
  CHECK(outcome_of(loop, address) == "connected");
  listener.reset();
  CHECK(outcome_of(loop, address) ==
        "cannot connect to " + address.to_text() + ": Connection refused");
}

TEST_CASE("a connection leaves from the host that it was told, whatever its port") {
  EventLoop loop;
  std::string seen;
  const auto listener =
      Listener::on_tcp(loop, SocketAddress::parse("127.0.0.1:0").value(), options.limits,
                       {[&](std::unique_ptr<ByteStream> stream) { seen = stream->peer(); }})
          .value();
  auto from_elsewhere = options;
  from_elsewhere.from = SocketAddress::parse("127.0.0.77:7381").value();
  const Connecting connecting{loop, listener->address(), from_elsewhere, [](auto) {}};
  REQUIRE(run_until(loop, [&] { return !seen.empty(); }));
  CHECK(seen.starts_with("127.0.0.77:"));
  CHECK_FALSE(seen.ends_with(":7381"));
}

TEST_CASE("an attempt that fails at once is told in a turn to come") {
  EventLoop loop;
  // The kernel refuses TCP to a broadcast address without asking anybody.
  CHECK(outcome_of(loop, SocketAddress::parse("255.255.255.255:1").value())
            .starts_with("cannot connect to 255.255.255.255:1: "));
}

TEST_CASE("an attempt that is given up calls nobody") {
  EventLoop loop;
  bool called = false;
  {
    const Connecting given_up{loop, SocketAddress::parse("127.0.0.1:1").value(), options,
                              [&](auto) { called = true; }};
  }
  loop.post([] {});
  loop.run_turn();
  CHECK_FALSE(called);
}

}
}
