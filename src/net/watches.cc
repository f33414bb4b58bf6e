#include "net/watches.h"

#include <uv.h>

#include <algorithm>
#include <chrono>

#include "core/assert.h"

namespace starling::net {
namespace {

uv_loop_t* native(const EventLoop& loop) { return static_cast<uv_loop_t*>(loop.native()); }

// libuv owns a handle until its close callback; so what holds it dies there.
template <typename Inside>
void close_handle(Inside* inside) {
  inside->handle.data = inside;
  uv_close(reinterpret_cast<uv_handle_t*>(&inside->handle), [](uv_handle_t* handle) noexcept {
    const std::unique_ptr<Inside> last{static_cast<Inside*>(handle->data)};
  });
}

}

// ---- Timer ------------------------------------------------------------------------------------
struct Timer::Inside {
  uv_timer_t handle;
  std::move_only_function<void()> callback;
};

void Timer::Close::operator()(Inside* inside) const { close_handle(inside); }

Timer::Timer(EventLoop& loop, std::move_only_function<void()> callback)
    : inside_{std::make_unique<Inside>().release()} {
  STARLING_ASSERT(uv_timer_init(native(loop), &inside_->handle) == 0);
  inside_->handle.data = inside_.get();
  inside_->callback = std::move(callback);
}

void Timer::arm(core::Instant at) {
  // libuv counts whole milliseconds of the same monotonic clock: rounding up is never early.
  const auto moment = std::chrono::ceil<std::chrono::milliseconds>(at).time_since_epoch().count();
  const auto due = static_cast<std::uint64_t>(std::max<std::int64_t>(moment, 0));
  const auto now = uv_now(inside_->handle.loop);
  const auto on_timer = [](uv_timer_t* timer) noexcept {
    static_cast<Inside*>(timer->data)->callback();
  };
  STARLING_ASSERT(uv_timer_start(&inside_->handle, on_timer, due - std::min(due, now), 0) == 0);
}

void Timer::disarm() { uv_timer_stop(&inside_->handle); }

// ---- SignalWatch ------------------------------------------------------------------------------
struct SignalWatch::Inside {
  uv_signal_t handle;
  std::move_only_function<void()> callback;
};

void SignalWatch::Close::operator()(Inside* inside) const { close_handle(inside); }

SignalWatch::SignalWatch(EventLoop& loop, int number, std::move_only_function<void()> callback)
    : inside_{std::make_unique<Inside>().release()} {
  STARLING_ASSERT(uv_signal_init(native(loop), &inside_->handle) == 0);
  inside_->handle.data = inside_.get();
  inside_->callback = std::move(callback);
  const auto on_signal = [](uv_signal_t* signal, int) noexcept {
    static_cast<Inside*>(signal->data)->callback();
  };
  STARLING_ASSERT(uv_signal_start(&inside_->handle, on_signal, number) == 0);
}

// ---- Wakeup -----------------------------------------------------------------------------------
struct Wakeup::Inside {
  uv_async_t handle;
  std::move_only_function<void()> callback;
};

void Wakeup::Close::operator()(Inside* inside) const { close_handle(inside); }

Wakeup::Wakeup(EventLoop& loop, std::move_only_function<void()> callback)
    : inside_{std::make_unique<Inside>().release()} {
  const auto on_async = [](uv_async_t* async) noexcept {
    static_cast<Inside*>(async->data)->callback();
  };
  STARLING_ASSERT(uv_async_init(native(loop), &inside_->handle, on_async) == 0);
  inside_->handle.data = inside_.get();
  inside_->callback = std::move(callback);
}

void Wakeup::signal() { uv_async_send(&inside_->handle); }

// ---- DescriptorWatch --------------------------------------------------------------------------
struct DescriptorWatch::Inside final : Polled {
  std::move_only_function<void(Ready)> callback;

  Inside(EventLoop& loop, int descriptor, Ready events, std::move_only_function<void(Ready)> called)
      : Polled{loop, descriptor}, callback{std::move(called)} {
    want(events);
  }
  void on_ready(Ready ready) override { callback(ready); }
};

void DescriptorWatch::Close::operator()(Inside* inside) const {
  Polled::retire(std::unique_ptr<Polled>{inside});
}

DescriptorWatch::DescriptorWatch(EventLoop& loop, int descriptor, Ready events,
                                 std::move_only_function<void(Ready)> callback)
    : inside_{std::make_unique<Inside>(loop, descriptor, events, std::move(callback)).release()} {}

}
