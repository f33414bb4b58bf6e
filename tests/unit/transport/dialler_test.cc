#include "transport/dialler.h"

#include <doctest/doctest.h>

#include <vector>

#include "net/listener.h"
#include "unit/net/until.h"

namespace starling::transport {
namespace {

using net::testing::run_until;
using namespace std::chrono_literals;

constexpr DialOptions quick{.retry = {1ms, 4ms}, .spacing = 0ms, .patience = 1s};

net::SocketAddress any_port() { return net::SocketAddress::parse("127.0.0.1:0").value(); }

TEST_CASE("tries go on until somebody answers") {
  net::EventLoop loop;
  const net::AcceptHandlers ignore;
  auto listener = net::Listener::on_tcp(loop, any_port(), {.queue_bytes_max = 1}, {[](auto) {}});
  const auto address = (*listener)->address();
  listener->reset();

  int failures = 0;
  bool connected = false;
  Dialler dialler{loop,
                  address.to_text(),
                  quick,
                  core::Prng{1},
                  {[&](auto) { connected = true; }, [&](const auto&) { ++failures; }}};
  loop.post([] {});
  loop.run_turn();
  CHECK(failures == 0);  // It rests at first.
  dialler.try_now();
  REQUIRE(run_until(loop, [&] { return failures >= 3; }));
  CHECK_FALSE(connected);
  listener = net::Listener::on_tcp(loop, address, {.queue_bytes_max = 1}, {[](auto) {}});
  REQUIRE(listener);
  CHECK(run_until(loop, [&] { return connected; }));
}

TEST_CASE("names resolve on every try, and wrong addresses only fail") {
  net::EventLoop loop;
  const auto listener =
      net::Listener::on_tcp(loop, any_port(), {.queue_bytes_max = 1}, {[](auto) {}}).value();
  bool connected = false;
  const auto name = "localhost:" + std::to_string(listener->address().port());
  Dialler by_name{
      loop, name, quick, core::Prng{1}, {[&](auto) { connected = true; }, [](const auto&) {}}};
  int failures = 0;
  std::string why;
  Dialler wrong{loop,
                "no port here",
                quick,
                core::Prng{1},
                {[](auto) {},
                 [&](const auto& reason) {
                   ++failures;
                   why = reason;
                 }}};
  by_name.try_now();
  wrong.try_now();
  CHECK(run_until(loop, [&] { return connected && failures >= 2; }));
  CHECK(why.contains("no port"));
}

TEST_CASE("two tries of one address are spaced, however short the backoff") {
  net::EventLoop loop;
  std::vector<core::Instant> failures;
  auto spaced = quick;
  spaced.spacing = 30ms;
  Dialler dialler{loop,
                  "wrong",
                  spaced,
                  core::Prng{1},
                  {[](auto) {}, [&](const auto&) { failures.push_back(loop.now().instant); }}};
  dialler.try_now();
  REQUIRE(run_until(loop, [&] { return failures.size() == 3; }));
  CHECK(failures[1] - failures[0] >= 30ms);
  CHECK(failures[2] - failures[1] >= 30ms);
}

TEST_CASE("a resting dialler gives up what is under way") {
  net::EventLoop loop;
  bool called = false;
  Dialler dialler{loop,
                  "localhost:1",
                  quick,
                  core::Prng{1},
                  {[&](auto) { called = true; }, [&](const auto&) { called = true; }}};
  dialler.try_now();
  loop.run_turn();
  dialler.rest();
  bool later = false;
  net::Timer timer{loop, [&] { later = true; }};
  timer.arm(loop.now().instant + 20ms);
  REQUIRE(run_until(loop, [&] { return later; }));
  CHECK_FALSE(called);
}

}
}
