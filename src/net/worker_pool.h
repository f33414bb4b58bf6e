#pragma once
// Threads for what may wait: the disk, above all. A job runs on some worker, its completion then
// runs on the loop. A job owns what it works on or works on what outlives the pool.

#include <cstddef>
#include <functional>
#include <memory>

#include "net/event_loop.h"

namespace starling::net {

struct WorkerOptions {
  std::size_t threads;
  std::size_t jobs_max;  // Waiting or running. Bounds what jobs hold in memory.
};

class WorkerPool {
 public:
  WorkerPool(EventLoop& loop, WorkerOptions options);
  // Runs what was submitted to its end; completions that were not called yet never are.
  ~WorkerPool();

  // False when the pool is full: neither will run. Jobs start in the order of submission.
  [[nodiscard]] bool submit(std::move_only_function<void()> job,
                            std::move_only_function<void()> completion);

  // Jobs whose completion has not been called.
  std::size_t unfinished() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}
