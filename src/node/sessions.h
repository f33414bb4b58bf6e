#pragma once
// Between reconcile's sessions and the rest of the node: hands its questions to the store, its
// records to the merge, its messages to the links, and what a comparison finds to whoever asked.

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "gossip/beats.h"
#include "node/event.h"
#include "node/replica.h"
#include "reconcile/reconcile.h"

namespace starling::node {

class Sessions {
 public:
  Sessions(Replica& replica, gossip::Beats& beats, core::Prng prng);

  // What roots may be compared under has changed.
  void set_standing(const reconcile::Standing& standing);
  void on_root_heard(core::NodeId peer, core::Cut cut, const merkle::Summary& root);
  void on_heard(core::NodeId peer) { reconcile_.on_heard(peer); }
  core::Result<void> on_message(core::NodeId from, reconcile::Message message);
  void on_link_down(core::NodeId peer);
  void on_time();
  std::optional<core::Instant> next_deadline() const { return reconcile_.next_deadline(); }

  using OnCompared = std::move_only_function<void(CompareStep)>;
  // `peer` is linked; its name is for the summary. `told` may run before this returns the number by
  // which the comparison can be cancelled.
  std::uint64_t compare(core::NodeId peer, std::string peer_name, const core::Range& range,
                        OnCompared told);
  // Nothing more is told.
  void cancel_compare(std::uint64_t number);

  std::size_t open() const { return reconcile_.sessions_open(); }
  reconcile::Stats stats() const { return reconcile_.stats(); }

 private:
  struct Comparison {
    std::string peer_name;
    OnCompared told;
  };

  void perform(reconcile::Effects effects);
  void perform(reconcile::Send&& send);
  void perform(reconcile::List&& list);
  void perform(reconcile::Fetch&& fetch);
  void perform(reconcile::Merge&& merge);
  void perform(reconcile::Found&& found);
  void perform(reconcile::Ended&& ended);
  void perform(core::Notice&& notice);
  void end_comparison(const reconcile::Ended& ended);
  void end_repair(const reconcile::Ended& ended);

  Replica& replica_;
  gossip::Beats& beats_;
  reconcile::Reconcile reconcile_;
  std::map<std::uint64_t, Comparison> comparisons_;
};

}
