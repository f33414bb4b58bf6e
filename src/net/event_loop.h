#pragma once
// The loop of one thread. It works in turns: wait until something happens, call everybody whom it
// concerns, then end the turn. All that one turn changed is one batch, and all that one turn wrote
// to a stream leaves in one system call, because both happen at the end of the turn.
//
//   wait ──▶ descriptors, timers, signals, posts ──▶ turn-end hook (the driver's) ──▶ AtTurnEnd
//    └───────────────────────────────────────────────────────────────────────────────────┘
//
// Callbacks are called from the middle part only, never from inside a call of their owner and
// never at the end of a turn. An owner may be destroyed by its own callback. An exception that
// leaves a callback ends the process.

#include <functional>
#include <memory>
#include <span>

#include "core/time.h"

namespace starling::net {

class EventLoop {
 public:
  EventLoop();
  // Everything that lives on the loop has been destroyed before. Waits for name look-ups that are
  // still out.
  ~EventLoop();

  // Turns until stop().
  void run();
  // One turn; waits until there is something to do.
  void run_turn();
  void stop();

  // Both clocks, read once per turn.
  core::Now now() const;

  // At most one hook. It may do anything but wait.
  void on_turn_end(std::move_only_function<void()> hook);

  // Runs `task` in a turn to come. The one function that any thread may call, as long as the loop
  // lives.
  void post(std::move_only_function<void()> task);

  // The longest time that a turn took, waiting aside, since the last call of this function.
  core::Duration take_longest_turn();

  // For what is built on the loop: room for one read, whose content lasts until the next read.
  std::span<char> read_buffer();
  // For sources of this folder: libuv's loop.
  void* native() const;

 private:
  friend class AtTurnEnd;
  struct Inside;
  void end_turn();

  std::unique_ptr<Inside> inside_;
};

// Something to be done once, at the end of the turn in which it was requested.
class AtTurnEnd {
 public:
  AtTurnEnd(EventLoop& loop, std::move_only_function<void()> callback);
  ~AtTurnEnd();
  AtTurnEnd(const AtTurnEnd&) = delete;

  void request();

 private:
  friend class EventLoop;

  EventLoop& loop_;
  std::move_only_function<void()> callback_;
  bool requested_ = false;
};

}
