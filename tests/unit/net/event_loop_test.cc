#include "net/event_loop.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;
using namespace std::chrono_literals;

TEST_CASE("the turn-end hook runs after the callbacks of its turn and before what they requested") {
  EventLoop loop;
  std::string story;
  AtTurnEnd flush{loop, [&] { story += "flush "; }};
  loop.on_turn_end([&] { story += "hook "; });
  loop.post([&] {
    story += "task ";
    flush.request();
    flush.request();
  });
  loop.run_turn();
  CHECK(story == "task hook flush ");
  loop.on_turn_end({});
}

TEST_CASE("what the hook requests still belongs to its turn") {
  EventLoop loop;
  int flushed = 0;
  AtTurnEnd flush{loop, [&] { ++flushed; }};
  loop.on_turn_end([&] { flush.request(); });
  loop.post([] {});
  loop.run_turn();
  CHECK(flushed == 1);
}

TEST_CASE("what is requested outside of a turn does not wait for something to happen") {
  EventLoop loop;
  bool flushed = false;
  AtTurnEnd flush{loop, [&] { flushed = true; }};
  flush.request();
  loop.run_turn();
  CHECK(flushed);

  int hooks = 0;
  loop.on_turn_end([&] {
    ++hooks;
    loop.stop();
  });
  loop.run();
  CHECK(hooks == 1);
  loop.on_turn_end({});
}

TEST_CASE("a request dies with its object") {
  EventLoop loop;
  bool called = false;
  auto flush = std::make_unique<AtTurnEnd>(loop, [&] { called = true; });
  loop.post([&] {
    flush->request();
    flush.reset();
  });
  loop.run_turn();
  CHECK_FALSE(called);
}

TEST_CASE("the clocks are read once per turn") {
  EventLoop loop;
  core::Now first;
  core::Now later;
  loop.post([&] {
    first = loop.now();
    const auto spun_from = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - spun_from < 2ms) {
    }
    later = loop.now();
  });
  loop.run_turn();
  CHECK(first.instant == later.instant);
  CHECK(first.wall == later.wall);
  CHECK(loop.now().instant >= first.instant + 2ms);
  CHECK(first.wall.ms > 1'600'000'000'000);
}

TEST_CASE("the longest turn counts what was done and not what was waited for") {
  EventLoop loop;
  bool rang = false;
  Timer timer{loop, [&] { rang = true; }};
  timer.arm(loop.now().instant + 30ms);
  REQUIRE(run_until(loop, [&] { return rang; }));
  CHECK(loop.take_longest_turn() < 20ms);

  loop.post([] {
    const auto spun_from = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - spun_from < 25ms) {
    }
  });
  loop.run_turn();
  CHECK(loop.take_longest_turn() >= 25ms);
  CHECK(loop.take_longest_turn() == 0ms);
}

TEST_CASE("run goes on until stop, which another thread may ask for through post") {
  EventLoop loop;
  std::thread other{[&] { loop.post([&] { loop.stop(); }); }};
  loop.run();
  other.join();
  bool again = false;
  loop.post([&] {
    again = true;
    loop.stop();
  });
  loop.run();
  CHECK(again);
}

TEST_CASE("a task that posts another is not called twice in one turn for ever") {
  EventLoop loop;
  int tasks = 0;
  std::function<void()> again = [&] {
    ++tasks;
    if (tasks < 3) loop.post(again);
  };
  loop.post(again);
  loop.run_turn();
  CHECK(tasks == 1);
  REQUIRE(run_until(loop, [&] { return tasks == 3; }));
}

}
}
