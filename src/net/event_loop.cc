#include "net/event_loop.h"

#include <uv.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "net/watches.h"

namespace starling::net {
namespace {

constexpr std::size_t read_buffer_bytes = 64 * 1024;  // The largest UDP datagram fits.

core::Now read_clocks() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {core::Instant{core::Duration{static_cast<std::int64_t>(uv_hrtime())}},
          core::WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()}};
}

}

struct EventLoop::Inside {
  uv_loop_t loop;
  bool stopped = false;
  bool in_turn = false;
  std::optional<core::Now> now;
  std::move_only_function<void()> turn_end_hook;
  std::vector<AtTurnEnd*> requested;  // A null was destroyed since it asked.
  std::uint64_t longest_turn = 0;
  std::vector<char> read_buffer = std::vector<char>(read_buffer_bytes);

  std::mutex post_mutex;
  std::vector<std::move_only_function<void()>> posted;
  std::optional<Wakeup> wakeup;

  void run_posted() {
    std::vector<std::move_only_function<void()>> tasks;
    {
      const std::scoped_lock lock{post_mutex};
      tasks.swap(posted);
    }
    for (auto& task : tasks) task();
  }
};

EventLoop::EventLoop() : inside_{std::make_unique<Inside>()} {
  STARLING_ASSERT(uv_loop_init(&inside_->loop) == 0);
  STARLING_ASSERT(uv_loop_configure(&inside_->loop, UV_METRICS_IDLE_TIME) == 0);
  inside_->wakeup.emplace(*this, [this] { inside_->run_posted(); });
}

EventLoop::~EventLoop() {
  inside_->posted.clear();  // What the tasks own may live on the loop.
  inside_->wakeup.reset();
  // Else the loop would run on below, for somebody who should be gone.
  const auto is_ending = [](uv_handle_t* handle, void*) noexcept {
    STARLING_ASSERT(uv_is_closing(handle) != 0 || uv_is_active(handle) == 0);
  };
  uv_walk(&inside_->loop, is_ending, nullptr);
  uv_run(&inside_->loop, UV_RUN_DEFAULT);
  STARLING_ASSERT(uv_loop_close(&inside_->loop) == 0);
}

void EventLoop::run() {
  inside_->wakeup->signal();  // The first turn does not wait: it ends what was begun before.
  while (!inside_->stopped) run_turn();
  inside_->stopped = false;
}

void EventLoop::stop() { inside_->stopped = true; }

void EventLoop::run_turn() {
  auto& loop = inside_->loop;
  const auto began = uv_hrtime();
  const auto idle_before = uv_metrics_idle_time(&loop);
  inside_->in_turn = true;
  uv_run(&loop, UV_RUN_ONCE);
  end_turn();
  inside_->in_turn = false;
  const auto took = uv_hrtime() - began;
  const auto waited = uv_metrics_idle_time(&loop) - idle_before;
  inside_->longest_turn = std::max(inside_->longest_turn, took - std::min(took, waited));
}

void EventLoop::end_turn() {
  if (inside_->turn_end_hook) inside_->turn_end_hook();
  // By index: a callback may request another, and it still belongs to this turn.
  for (std::size_t i = 0; i < inside_->requested.size(); ++i) {
    if (auto* const task = inside_->requested[i]) {
      task->requested_ = false;
      task->callback_();
    }
  }
  inside_->requested.clear();
  inside_->now.reset();
  // libuv measures timeouts from its own cached time, which a long turn leaves behind.
  uv_update_time(&inside_->loop);
}

core::Now EventLoop::now() const {
  if (!inside_->in_turn) return read_clocks();
  if (!inside_->now) inside_->now = read_clocks();
  return *inside_->now;
}

void EventLoop::on_turn_end(std::move_only_function<void()> hook) {
  inside_->turn_end_hook = std::move(hook);
}

void EventLoop::post(std::move_only_function<void()> task) {
  {
    const std::scoped_lock lock{inside_->post_mutex};
    inside_->posted.push_back(std::move(task));
  }
  inside_->wakeup->signal();
}

core::Duration EventLoop::take_longest_turn() {
  return core::Duration{static_cast<std::int64_t>(std::exchange(inside_->longest_turn, 0))};
}

std::span<char> EventLoop::read_buffer() { return inside_->read_buffer; }

void* EventLoop::native() const { return &inside_->loop; }

AtTurnEnd::AtTurnEnd(EventLoop& loop, std::move_only_function<void()> callback)
    : loop_{loop}, callback_{std::move(callback)} {}

AtTurnEnd::~AtTurnEnd() {
  if (requested_) std::ranges::replace(loop_.inside_->requested, this, nullptr);
}

void AtTurnEnd::request() {
  if (std::exchange(requested_, true)) return;
  loop_.inside_->requested.push_back(this);
  if (!loop_.inside_->in_turn) loop_.inside_->wakeup->signal();  // The next turn must not wait.
}

}
