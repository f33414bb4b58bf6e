#pragma once
// All that will go wrong in a run, drawn from its seed before it begins: knobs of the world, and
// faults with a time. A plan prints as a story.

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace starling::sim {

enum class FaultKind {
  halves,      // Two groups cannot talk; `hosts` is one of them.
  isolation,   // One host can talk to nobody.
  one_way,     // The first of `hosts` does not reach the second; the way back works.
  kill,        // The process dies; the disk keeps all that was written.
  power_loss,  // The machine dies, right after an answer; what was not synced may be gone.
  blackout,    // All machines die in one moment.
  stop,        // A graceful stop.
  pause,       // The process is stopped and goes on later, as by SIGSTOP.
  clock_step,  // The wall clock jumps, and jumps back at the end.
  slow_disk,   // Workers take long, and the store refuses batches.
  freeze,      // The operator freezes the node, and thaws it at the end.
  rot,         // The stored bytes of one key go bad; somebody reads it.
};
const char* name_of(FaultKind kind);

struct Fault {
  FaultKind kind;
  core::Duration from;  // Since the start of the run.
  core::Duration lasts;
  std::vector<std::size_t> hosts;
  // Of a clock_step; of a crash: what the clock has gone back by when the host comes again.
  std::int64_t step_ms = 0;
};

struct Knobs {
  std::uint64_t loss_per_1000 = 0;  // Of datagrams.
  std::uint64_t duplicates_per_1000 = 0;
  core::Duration delay_min{};
  core::Duration delay_spread{};  // Uniform on top; more than zero reorders datagrams.
  std::size_t link_queue_bytes_max = 0;
  std::uint64_t misses_per_1000 = 0;
  std::uint64_t refusals_per_1000 = 0;
  core::Duration work_spread{};  // How long a worker takes at most.
  std::int64_t skew_ms = 0;      // Clocks are off by up to so much, either way.
  core::Duration think_time{};   // Of a client, on average.
  std::size_t clients_per_host = 0;
  std::size_t keys = 0;
};

struct PlanOptions {
  std::uint64_t seed = 1;
  std::size_t hosts = 0;     // 0: 3 to 9, drawn.
  core::Duration trouble{};  // How long faults go on; zero: drawn.
};

struct Plan {
  std::uint64_t seed = 1;
  std::size_t hosts = 3;
  core::Duration trouble{};
  bool is_calm = false;  // Nothing goes wrong: then nothing may need repair.
  Knobs knobs;
  std::vector<Fault> faults;  // In order of their beginning; all are over when trouble is.

  std::string text() const;
};

Plan make_plan(const PlanOptions& options);

}
