#include "net/watches.h"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "net/descriptor.h"
#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;
using namespace std::chrono_literals;

TEST_CASE("a timer is never early and rings once") {
  EventLoop loop;
  int rang = 0;
  core::Instant at{};
  Timer timer{loop, [&] {
                ++rang;
                at = loop.now().instant;
              }};
  const auto due = loop.now().instant + 7300us;
  timer.arm(due);
  REQUIRE(run_until(loop, [&] { return rang > 0; }));
  CHECK(at >= due);

  timer.arm(core::Instant{});
  REQUIRE(run_until(loop, [&] { return rang > 1; }));
  CHECK(rang == 2);
}

TEST_CASE("arming again replaces, disarming forgets") {
  EventLoop loop;
  std::string story;
  Timer first{loop, [&] { story += "first "; }};
  Timer second{loop, [&] { story += "second "; }};
  Timer third{loop, [&] { story += "third "; }};
  const auto now = loop.now().instant;
  first.arm(now + 1ms);
  first.arm(now + 20ms);
  second.arm(now + 10ms);
  third.arm(now + 5ms);
  third.disarm();
  REQUIRE(run_until(loop, [&] { return story.contains("first"); }));
  CHECK(story == "second first ");
}

TEST_CASE("a timer may be destroyed by its own callback") {
  EventLoop loop;
  bool rang = false;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop, [&] {
    timer.reset();
    rang = true;
  });
  timer->arm(loop.now().instant);
  CHECK(run_until(loop, [&] { return rang; }));
}

TEST_CASE("a signal becomes a callback") {
  EventLoop loop;
  int heard = 0;
  SignalWatch watch{loop, SIGHUP, [&] { ++heard; }};
  std::raise(SIGHUP);
  CHECK(run_until(loop, [&] { return heard == 1; }));
}

TEST_CASE("a wakeup crosses threads") {
  EventLoop loop;
  int woken = 0;
  Wakeup wakeup{loop, [&] { ++woken; }};
  std::thread other{[&] { wakeup.signal(); }};
  CHECK(run_until(loop, [&] { return woken == 1; }));
  other.join();
}

TEST_CASE("a foreign descriptor is watched until its watch is gone") {
  EventLoop loop;
  const Descriptor event{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  int ready = 0;
  std::unique_ptr<DescriptorWatch> watch;
  watch = std::make_unique<DescriptorWatch>(loop, event.number(), Ready{.readable = true},
                                            [&](Ready what) {
                                              CHECK(what == Ready{.readable = true});
                                              ++ready;
                                              watch.reset();
                                            });
  loop.post([] {});
  loop.run_turn();
  CHECK(ready == 0);
  const std::uint64_t one = 1;
  REQUIRE(::write(event.number(), &one, sizeof one) == sizeof one);
  REQUIRE(run_until(loop, [&] { return ready == 1; }));
  loop.post([] {});
  loop.run_turn();
  CHECK(ready == 1);
}

}
}
