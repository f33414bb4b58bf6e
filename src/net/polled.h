#pragma once
// A descriptor on the loop, for what reads and writes itself: streams, listeners, UDP sockets. The
// object outlives its owner's interest by part of a turn: it dies in libuv's close callback, so a
// callback that destroys its owner returns into something that still exists.

#include <memory>

#include "net/event_loop.h"

namespace starling::net {

struct Ready {
  bool readable = false;
  bool writable = false;

  friend bool operator==(const Ready&, const Ready&) = default;
};

class Polled {
 public:
  virtual ~Polled();

  // Ends all callbacks at once and destroys `polled` later; the descriptor may be closed already.
  static void retire(std::unique_ptr<Polled> polled);

 protected:
  // Polls nothing until want().
  Polled(EventLoop& loop, int descriptor);

  // A broken descriptor is ready for everything: the next read or write says what is wrong.
  virtual void on_ready(Ready ready) = 0;

  void want(Ready events);
  // True once the owner is gone: then touch nothing of the owner's.
  bool is_retired() const { return retired_; }

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  Ready wanted_;
  bool retired_ = false;
};

}
