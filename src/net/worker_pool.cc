#include "net/worker_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "net/watches.h"

namespace starling::net {

struct WorkerPool::Inside {
  using Function = std::move_only_function<void()>;
  struct Job {
    Function work;
    Function completion;
  };

  const WorkerOptions options;
  std::size_t unfinished = 0;  // Of the loop's thread alone.

  std::mutex mutex;
  std::condition_variable work_waits;
  bool ending = false;
  std::deque<Job> waiting;
  std::vector<Function> finished;

  Wakeup some_finished;
  std::vector<std::jthread> threads;

  Inside(EventLoop& loop, WorkerOptions chosen)
      : options{chosen}, some_finished{loop, [this] { complete(); }} {
    for (std::size_t i = 0; i < options.threads; ++i) {
      threads.emplace_back([this]() noexcept { work(); });
    }
  }

  void work() {
    std::unique_lock lock{mutex};
    for (;;) {
      work_waits.wait(lock, [this] { return ending || !waiting.empty(); });
      if (waiting.empty()) return;
      auto job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job.work();
      job.work = nullptr;  // What the job owned is freed here: not on the loop, not under the lock.
      lock.lock();
      finished.push_back(std::move(job.completion));
      some_finished.signal();
    }
  }

  void complete() {
    std::vector<Function> completions;
    {
      const std::scoped_lock lock{mutex};
      completions.swap(finished);
    }
    for (auto& completion : completions) {
      --unfinished;
      completion();
    }
  }
};

WorkerPool::WorkerPool(EventLoop& loop, WorkerOptions options)
    : inside_{std::make_unique<Inside>(loop, options)} {
  STARLING_ASSERT(options.threads > 0);
  STARLING_ASSERT(options.jobs_max > 0);
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock{inside_->mutex};
    inside_->ending = true;
  }
  inside_->work_waits.notify_all();
  inside_->threads.clear();  // Joins.
}

bool WorkerPool::submit(std::move_only_function<void()> job,
                        std::move_only_function<void()> completion) {
  if (inside_->unfinished >= inside_->options.jobs_max) return false;
  ++inside_->unfinished;
  {
    const std::scoped_lock lock{inside_->mutex};
    inside_->waiting.push_back({std::move(job), std::move(completion)});
  }
  inside_->work_waits.notify_one();
  return true;
}

std::size_t WorkerPool::unfinished() const { return inside_->unfinished; }

}
