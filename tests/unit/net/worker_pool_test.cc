#include "net/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;

TEST_CASE("a job runs on another thread, its completion on the loop's") {
  EventLoop loop;
  WorkerPool pool{loop, {.threads = 2, .jobs_max = 4}};
  const auto here = std::this_thread::get_id();
  std::thread::id worked;
  std::thread::id completed;
  bool done = false;
  REQUIRE(pool.submit([&] { worked = std::this_thread::get_id(); },
                      [&] {
                        completed = std::this_thread::get_id();
                        done = true;
                      }));
  REQUIRE(run_until(loop, [&] { return done; }));
  CHECK(worked != here);
  CHECK(completed == here);
  CHECK(pool.unfinished() == 0);
}

TEST_CASE("a full pool refuses, and takes again when a completion has run") {
  EventLoop loop;
  std::binary_semaphore gate{0};
  WorkerPool pool{loop, {.threads = 1, .jobs_max = 2}};
  std::string story;
  REQUIRE(pool.submit([&] { gate.acquire(); }, [&] { story += "first "; }));
  REQUIRE(pool.submit([] {}, [&] { story += "second "; }));
  CHECK_FALSE(pool.submit([] {}, [&] { story += "never "; }));
  CHECK(pool.unfinished() == 2);
  gate.release();
  REQUIRE(run_until(loop, [&] { return pool.unfinished() == 0; }));
  CHECK(story == "first second ");
  CHECK(pool.submit([] {}, [] {}));
}

TEST_CASE("the end of a pool runs all jobs and calls nobody") {
  EventLoop loop;
  std::atomic<int> worked = 0;
  bool completed = false;
  {
    WorkerPool pool{loop, {.threads = 1, .jobs_max = 64}};
    for (int i = 0; i < 64; ++i) {
      REQUIRE(pool.submit([&] { ++worked; }, [&] { completed = true; }));
    }
  }
  loop.post([] {});
  loop.run_turn();
  CHECK(worked == 64);
  CHECK_FALSE(completed);
}

TEST_CASE("what a job owns is gone before its completion runs") {
  EventLoop loop;
  WorkerPool pool{loop, {.threads = 1, .jobs_max = 1}};
  auto input = std::make_shared<int>(7);
  const std::weak_ptr<int> seen = input;
  bool gone = false;
  bool done = false;
  REQUIRE(pool.submit([owned = std::move(input)] { CHECK(*owned == 7); },
                      [&] {
                        gone = seen.expired();
                        done = true;
                      }));
  REQUIRE(run_until(loop, [&] { return done; }));
  CHECK(gone);
}

}
}
