#pragma once
// Virtual time: what will happen, ordered by instant and then by the order in which it was
// arranged. Nothing else moves the time, so a run is a function of its seed.

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "core/time.h"

namespace starling::sim {

class Timeline {
 public:
  using Action = std::move_only_function<void()>;

  core::Instant time() const { return time_; }
  void after(core::Duration delay, Action action) { at(time_ + delay, std::move(action)); }
  void at(core::Instant when, Action action) {
    queue_.emplace(std::pair{std::max(when, time_), ++arranged_}, std::move(action));
  }
  void run_until(core::Instant end) {
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto next = queue_.extract(queue_.begin());
      time_ = next.key().first;
      next.mapped()();
    }
    time_ = end;
  }

 private:
  core::Instant time_{core::Duration{std::chrono::hours{1}}};
  std::map<std::pair<core::Instant, std::uint64_t>, Action> queue_;
  std::uint64_t arranged_ = 0;
};

}
