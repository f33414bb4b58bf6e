#include "net/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
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

TEST_CASE("what a job owns is gone before its completion runs, however long that takes") {
  EventLoop loop;
  WorkerPool pool{loop, {.threads = 1, .jobs_max = 1}};
  std::atomic<bool> gone = false;
  const auto free_slowly = [&](const int* input) {
    const auto spun_from = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - spun_from < std::chrono::milliseconds{20}) {
    }
    const std::unique_ptr<const int> last{input};
    gone = true;
  };
  std::shared_ptr<int> input{std::make_unique<int>(7).release(), free_slowly};
  bool gone_at_completion = false;
  bool done = false;
  REQUIRE(pool.submit([owned = std::move(input)] { CHECK(*owned == 7); },
                      [&] {
                        gone_at_completion = gone;
                        done = true;
                      }));
  REQUIRE(run_until(loop, [&] { return done; }));
  CHECK(gone_at_completion);
}

}
}
