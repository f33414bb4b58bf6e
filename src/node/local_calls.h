#pragma once
// Runs what applications ask of their own node: calls, scans. A call that must not run yet (its
// records are on disk, the disk or a cut is behind) waits; one that cannot run is refused.

#include <cstdint>
#include <deque>
#include <set>

#include "node/event.h"
#include "node/replica.h"

namespace starling::node {

class LocalCalls {
 public:
  explicit LocalCalls(Replica& replica) : replica_{replica} {}

  void on_call(LocalCall call);
  void on_scan(LocalScan scan);
  void on_cancel(ClientId client);
  // Something may have got better: lets paused calls go on.
  void resume();
  std::size_t paused() const { return paused_.size(); }

 private:
  void park(LocalCall call);
  void execute(LocalCall& call);
  void refuse(const LocalCall& call, Refusal why);

  Replica& replica_;
  std::deque<LocalCall> paused_;  // Writes, in the order in which they came.
};

}
