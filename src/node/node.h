#pragma once
// One whole replica: (state, event, now) → effects. The daemon runs one over sockets and RocksDB,
// the simulator a thousand over virtual ones; neither can tell from inside. Here events are routed
// to the parts and nothing else is decided.
//
//   driver ──handle()──▶ Node ──▶ Joining · Membership · Beats · Sessions · Compares · LocalCalls ·
//          ◀─end_turn()─ outbox ◀────────────────────┘ all over one Replica                  Loader
//
// A turn: any number of handle(), then one end_turn(), whose effects the driver performs in order.
// A WriteBatch that the store takes at once is answered by handle(Written) before the next effect
// is performed.

#include <optional>
#include <string_view>

#include "core/prng.h"
#include "gossip/beats.h"
#include "membership/membership.h"
#include "node/clock_watch.h"
#include "node/compares.h"
#include "node/effect.h"
#include "node/event.h"
#include "node/joining.h"
#include "node/loader.h"
#include "node/local_calls.h"
#include "node/options.h"
#include "node/replica.h"
#include "node/sessions.h"
#include "node/status.h"

namespace starling::node {

class Node {
 public:
  // `store` outlives the node.
  Node(NodeOptions options, const Persisted& persisted, const ports::StoreView& store,
       core::Prng prng);

  void start(core::Now now);
  void handle(Event event, core::Now now);
  Effects end_turn(core::Now now);
  std::optional<core::Instant> next_deadline() const;

  Status status(core::Now now);

 private:
  void on(TimePassed&& event);
  void on(DatagramReceived&& event);
  void on(LinkUp&& event);
  void on(LinkDown&& event);
  void on(FrameReceived&& event);
  void on(LinkDrained&&) {}
  void on(Written&& event) { replica_.on_written(event.batch); }
  void on(Synced&& event) { replica_.outbox.on_synced(event.sync, replica_.present().instant); }
  void on(Fetched&& event) { replica_.on_fetched(std::move(event)); }
  void on(RangeListed&& event) { replica_.on_listed(event.ticket, std::move(event.listing)); }
  void on(LocalCall&& event) { local_calls_.on_call(std::move(event)); }
  void on(LocalScan&& event) { local_calls_.on_scan(std::move(event)); }
  void on(LocalCompare&& event) { compares_.on_compare(std::move(event)); }
  void on(LocalCancel&& event);
  void on(LocalAdmin&& event);

  core::Result<void> on_body(core::NodeId peer, membership::JoinRequest&& request);
  core::Result<void> on_body(core::NodeId peer, membership::JoinReply&& reply);
  core::Result<void> on_body(core::NodeId peer, gossip::Rumours&& rumours);
  core::Result<void> on_body(core::NodeId peer, reconcile::Message&& message);
  core::Result<void> on_body(core::NodeId peer, CompareRequest&& request);
  core::Result<void> on_body(core::NodeId peer, CompareCancel&& cancel);
  core::Result<void> on_body(core::NodeId peer, CompareReply&& reply);

  void perform(membership::Effects effects);
  void on_heard(core::NodeId peer, core::Hlc hlc);
  void judge(core::NodeId peer, const gossip::Beat& beat);
  void on_new_cut();
  void tell_root(core::Cut cut);
  void push_rumours();
  void set_frozen(bool frozen);
  void update_standing();

  bool may_tell_roots() const;
  gossip::Beat beat_at(core::Cut cut) const;

  Replica replica_;
  membership::Membership members_;
  gossip::Beats beats_;
  Joining joining_;
  Sessions sessions_;
  Compares compares_;
  LocalCalls local_calls_;
  Loader loader_;
  ClockWatch clock_watch_;
  bool is_frozen_;
  core::Cut told_;  // The newest cut whose root was on its way to our peers.
  reconcile::Standing standing_;
  core::Instant started_at_;
};

}
