#pragma once
// What the loop can wait for besides streams: a moment, a signal, another thread, a descriptor
// that belongs to a foreign library. Each may be destroyed at any time, by its callback too; after
// that it calls nobody.

#include <functional>
#include <memory>

#include "core/time.h"
#include "net/event_loop.h"
#include "net/polled.h"

namespace starling::net {

// One shot. Never early; late by the length of a turn and one millisecond.
class Timer {
 public:
  Timer(EventLoop& loop, std::move_only_function<void()> callback);

  // Replaces what was armed before. A moment that has passed fires in the next turn.
  void arm(core::Instant at);
  void disarm();

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;
};

class SignalWatch {
 public:
  // `number` as in <csignal>.
  SignalWatch(EventLoop& loop, int number, std::move_only_function<void()> callback);

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;
};

// Several signals before the callback runs become one call.
class Wakeup {
 public:
  Wakeup(EventLoop& loop, std::move_only_function<void()> callback);

  // From any thread.
  void signal();

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;
};

// Watches a descriptor that somebody else owns and closes, after this object is gone.
class DescriptorWatch {
 public:
  DescriptorWatch(EventLoop& loop, int descriptor, Ready events,
                  std::move_only_function<void(Ready)> callback);

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;
};

}
