#include "net/byte_stream.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "core/prng.h"
#include "unit/net/streams.h"
#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::make_pair;
using testing::run_until;
using namespace std::chrono_literals;

constexpr StreamLimits roomy{.queue_bytes_max = 64 * 1024 * 1024};

TEST_CASE("bytes arrive in order, whatever the sizes of the writes") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  core::Prng prng{3};
  std::string sent;
  std::string received;
  left->start({.on_bytes = [](auto) {}, .on_drained = {}, .on_closed = {}});
  right->start(
      {.on_bytes = [&](auto bytes) { received += bytes; }, .on_drained = {}, .on_closed = {}});
  for (std::size_t size : {1, 0, 5, 16 * 1024, 3, 1'000'000, 20'000, 7, 16 * 1024 - 1}) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(prng.next());
    sent += bytes;
    CHECK(left->write(bytes));
  }
  CHECK(left->queued_bytes() == sent.size());
  REQUIRE(run_until(loop, [&] { return received.size() >= sent.size(); }));
  CHECK((received == sent));  // Not printed when it fails.
  CHECK(left->queued_bytes() == 0);
}

TEST_CASE("a full queue refuses, and drained is called below half, once") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, {.queue_bytes_max = 1'000'000});
  int drained = 0;
  std::size_t queued_when_drained = 0;
  std::size_t received = 0;
  left->start({.on_bytes = [](auto) {},
               .on_drained =
                   [&] {
                     ++drained;
                     queued_when_drained = left->queued_bytes();
                   },
               .on_closed = {}});
  CHECK(left->write(std::string(600'000, 'x')));
  CHECK(left->write(std::string(900'000, 'x')));
  CHECK(left->is_full());
  CHECK_FALSE(left->write("x"));
  loop.post([] {});
  loop.run_turn();
  CHECK(drained == 0);

  right->start({.on_bytes = [&](auto bytes) { received += bytes.size(); },
                .on_drained = {},
                .on_closed = {}});
  REQUIRE(run_until(loop, [&] { return received == 1'500'000; }));
  CHECK(drained == 1);
  CHECK(queued_when_drained <= 500'000);
  CHECK(left->write("x"));
}

TEST_CASE("drained follows even when the kernel takes all at once") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, {.queue_bytes_max = 1000, .queue_writes_max = 4});
  int drained = 0;
  left->start({.on_bytes = [](auto) {}, .on_drained = [&] { ++drained; }, .on_closed = {}});
  for (int i = 0; i < 4; ++i) CHECK(left->write("x"));
  CHECK_FALSE(left->write("one write too many"));
  CHECK(run_until(loop, [&] { return drained == 1; }));
}

TEST_CASE("a paused stream reads nothing until it is resumed") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  std::string received;
  right->start({.on_bytes =
                    [&](auto bytes) {
                      received += bytes;
                      right->pause_reading();
                    },
                .on_drained = {},
                .on_closed = {}});
  left->start({.on_bytes = [](auto) {}, .on_drained = {}, .on_closed = {}});
  CHECK(left->write("one"));
  REQUIRE(run_until(loop, [&] { return received == "one"; }));
  CHECK(left->write("two"));
  loop.post([] {});
  loop.run_turn();
  loop.post([] {});
  loop.run_turn();
  CHECK(received == "one");
  right->resume_reading();
  CHECK(run_until(loop, [&] { return received == "onetwo"; }));
}

TEST_CASE("pausing in a callback stops the very next one") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  std::size_t calls = 0;
  right->start({.on_bytes =
                    [&](auto) {
                      ++calls;
                      right->pause_reading();
                    },
                .on_drained = {},
                .on_closed = {}});
  left->start({.on_bytes = [](auto) {}, .on_drained = {}, .on_closed = {}});
  CHECK(left->write(std::string(400'000, 'x')));
  REQUIRE(run_until(loop, [&] { return calls > 0; }));
  CHECK(calls == 1);
}

TEST_CASE("the end of the peer is told once, with a reason") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  std::string reason;
  int closed = 0;
  left->start({.on_bytes = [](auto) {},
               .on_drained = {},
               .on_closed =
                   [&](const auto& why) {
                     ++closed;
                     reason = why;
                   }});
  right.reset();
  REQUIRE(run_until(loop, [&] { return closed > 0; }));
  CHECK(reason == "closed by the peer");
  CHECK_FALSE(left->write("too late"));
  CHECK(closed == 1);
}

TEST_CASE("a write that fails at the end of a turn is told in a turn to come") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  bool at_turn_end = false;
  bool closed = false;
  left->start({.on_bytes = [](auto) {},
               .on_drained = {},
               .on_closed =
                   [&](const auto&) {
                     CHECK_FALSE(at_turn_end);
                     closed = true;
                   }});
  left->pause_reading();
  loop.on_turn_end([&] { at_turn_end = true; });
  loop.post([&] {
    right.reset();
    CHECK(left->write("nobody reads this"));
  });
  loop.run_turn();
  CHECK_FALSE(closed);
  at_turn_end = false;
  loop.on_turn_end({});
  CHECK(run_until(loop, [&] { return closed; }));
}

TEST_CASE("finishing sends what is queued, still reads, and ends with the peer") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  std::string at_left;
  std::size_t at_right = 0;
  std::string reason;
  left->start({.on_bytes = [&](auto bytes) { at_left += bytes; },
               .on_drained = {},
               .on_closed = [&](const auto& why) { reason = why; }});
  right->start({.on_bytes = [&](auto bytes) { at_right += bytes.size(); },
                .on_drained = {},
                .on_closed = [&](const auto&) { right.reset(); }});
  CHECK(right->write("last words"));
  CHECK(left->write(std::string(2'000'000, 'x')));
  left->finish(5s);
  CHECK_FALSE(left->write("no more"));
  REQUIRE(run_until(loop, [&] { return !reason.empty(); }));
  CHECK(at_right == 2'000'000);
  CHECK(at_left == "last words");
  CHECK(reason == "closed by the peer");
}

TEST_CASE("a finishing stream does not wait for a silent peer for ever") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  std::string reason;
  left->start({.on_bytes = [](auto) {},
               .on_drained = {},
               .on_closed = [&](const auto& why) { reason = why; }});
  left->finish(10ms);
  REQUIRE(run_until(loop, [&] { return !reason.empty(); }));
  CHECK(reason == "closed by this side");
}

TEST_CASE("a stream may be destroyed by each of its callbacks") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  left->start({.on_bytes = [&](auto) { left.reset(); }, .on_drained = {}, .on_closed = {}});
  right->start({.on_bytes = [](auto) {},
                .on_drained = {},
                .on_closed = [&](const auto&) { right.reset(); }});
  CHECK(right->write(std::string(300'000, 'x')));
  CHECK(run_until(loop, [&] { return !left && !right; }));
}

TEST_CASE("the user behind a unix socket is known") {
  EventLoop loop;
  auto [left, right] = make_pair(loop, roomy);
  CHECK(left->peer_user() == getuid());
  CHECK_FALSE(left->round_trip());
}

}
}
