#include "net/polled.h"

#include <uv.h>

#include <utility>

#include "core/assert.h"

namespace starling::net {

struct Polled::Handle {
  uv_poll_t poll;

  static void start(Polled& polled) {
    auto* const poll = &polled.handle_->poll;
    const int events = (polled.wanted_.readable ? int{UV_READABLE} : 0) |
                       (polled.wanted_.writable ? int{UV_WRITABLE} : 0);
    STARLING_ASSERT(uv_poll_start(poll, events, &Handle::on_poll) == 0);
  }

  static void on_poll(uv_poll_t* poll, int status, int events) noexcept {
    auto& polled = *static_cast<Polled*>(poll->data);
    if (status == 0) {
      polled.on_ready({(events & UV_READABLE) != 0, (events & UV_WRITABLE) != 0});
      return;
    }
    // libuv has stopped polling what has an error pending.
    polled.on_ready({true, true});
    if (!polled.retired_ && polled.wanted_ != Ready{}) start(polled);
  }
};

Polled::Polled(EventLoop& loop, int descriptor) : handle_{std::make_unique<Handle>()} {
  // Fails for descriptors that cannot be polled only, which are never handed to us.
  STARLING_ASSERT(
      uv_poll_init(static_cast<uv_loop_t*>(loop.native()), &handle_->poll, descriptor) == 0);
  handle_->poll.data = this;
}

Polled::~Polled() { STARLING_ASSERT(retired_); }

void Polled::want(Ready events) {
  if (retired_ || events == wanted_) return;
  wanted_ = events;
  if (wanted_ == Ready{}) {
    uv_poll_stop(&handle_->poll);
  } else {
    Handle::start(*this);
  }
}

void Polled::retire(std::unique_ptr<Polled> polled) {
  polled->retired_ = true;
  auto* const handle = reinterpret_cast<uv_handle_t*>(&polled->handle_->poll);
  // Ownership goes to libuv, and comes back in the callback.
  static_cast<void>(polled.release());
  uv_close(handle, [](uv_handle_t* closed) noexcept {
    const std::unique_ptr<Polled> last{static_cast<Polled*>(closed->data)};
  });
}

}
