#pragma once
// Who is told which root, and what a heard root means. A root goes out at every cut, to all peers
// of a small cluster, else to a few at random; a root that has not changed since a peer confirmed
// it is told to that peer only at every 8th cut.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/prng.h"
#include "core/stamp.h"
#include "gossip/messages.h"
#include "merkle/index.h"

namespace starling::gossip {

// What a heard beat says about us and the peer.
enum class Comparison {
  equal,      // Same root at the same cut.
  differs,    // Another root at a cut that we keep.
  early,      // Our own cut is not there yet; remembered, see due().
  stale,      // A cut that we no longer keep.
  unrelated,  // Another roster, horizon or digest version: the roots say nothing.
};

class Beats {
 public:
  explicit Beats(core::Prng prng) : prng_{prng} {}

  // Which of `peers` are told `beat` now.
  std::vector<core::NodeId> partners(const Beat& beat, std::span<const core::NodeId> peers);

  // `ours` is what we would tell at the moment (its cut and root aside); `index` holds our roots,
  // which say something when `is_tellable`, and from cut `first_tellable` on.
  Comparison on_beat(core::NodeId peer, const Beat& heard, const Beat& ours,
                     const merkle::Index& index, bool is_tellable, core::Cut first_tellable);

  // Beats that were early and whose cut is kept by now: judge them with on_beat again.
  std::vector<std::pair<core::NodeId, Beat>> take_due(core::Cut newest);

  // A session has shown both roots equal at `cut`.
  void on_equal(core::NodeId peer, core::Cut cut, const merkle::Summary& root);
  void forget(core::NodeId peer) { peers_.erase(peer); }

  struct Peer {
    std::optional<core::Cut> equal_at;
    bool differs = false;  // At the newest cut that could be compared.
    bool is_frozen = false;
    merkle::Summary confirmed;  // The root that it last showed equal to ours.
    bool has_confirmed = false;
    std::optional<Beat> early;
  };
  // None before the first beat of that peer.
  const Peer* peer(core::NodeId id) const;

 private:
  core::Prng prng_;
  std::map<core::NodeId, Peer> peers_;
};

}
