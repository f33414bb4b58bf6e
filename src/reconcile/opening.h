#pragma once
// When to open a repair: a root that differs is a reason, a while after it was heard. In that while
// a late rumour may arrive, or the peer may open first; both make the session needless.
//
//   root heard ──▶ candidate ──0.25 to 1 s──▶ due ──▶ (Reconcile looks again, and opens or not)
//
// A peer that refused is left alone for 1 to 2 s, one with which a session has failed for up to
// 15 s; one that could not be reached only until anything is heard from it.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "core/prng.h"
#include "core/stamp.h"
#include "core/time.h"
#include "merkle/summary.h"
#include "pacing/backoff.h"

namespace starling::reconcile {

class Opening {
 public:
  explicit Opening(core::Prng prng) : prng_{prng} {}

  struct Candidate {
    core::NodeId peer;
    core::Cut cut;
    merkle::Summary root;  // Of the peer, at the cut.
  };

  void on_root_heard(const Candidate& heard, core::Instant now);
  void on_heard(core::NodeId peer);
  // Roots at or below the cut of a session that came to its end start nothing.
  void on_done(core::NodeId peer, core::Cut cut);
  // A peer that says no for now says yes soon.
  void on_refused(core::NodeId peer, core::Instant now);
  void on_failed(core::NodeId peer, bool was_unreachable, core::Instant now);

  std::vector<Candidate> take_due(core::Instant now);
  std::optional<core::Instant> next_deadline() const;

 private:
  struct Peer {
    pacing::Backoff backoff;
    bool is_unreachable = false;
    core::Instant quiet_until{};
    core::Cut done{};
  };
  struct Planned {
    Candidate candidate;
    core::Instant due;
  };

  Peer& known(core::NodeId peer);

  core::Prng prng_;
  std::map<core::NodeId, Peer> peers_;
  std::map<core::NodeId, Planned> planned_;
};

}
