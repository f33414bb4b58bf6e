#pragma once
// Finds and repairs what differs between this node and its peers: the face of the room. It owns
// the sessions that this node opened, answers those of its peers, and decides when to open one.
//
//   root heard ──▶ Opening ──jitter──▶ Session ◀──messages──▶ Answerer (at the peer)
//   compare()  ──cut applied─────────▶ Session
//
// Nothing here reads or writes the store: effects ask the node, tickets bring the answers back.
// An error of on_message means that the peer does not speak the protocol: nothing has changed, and
// the caller drops the link, which ends what was open with that peer.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/prng.h"
#include "core/result.h"
#include "core/time.h"
#include "merkle/index.h"
#include "pacing/token_bucket.h"
#include "reconcile/answerer.h"
#include "reconcile/effects.h"
#include "reconcile/opening.h"
#include "reconcile/options.h"
#include "reconcile/session.h"
#include "reconcile/standing.h"

namespace starling::reconcile {

// Monotone since start.
struct Stats {
  std::uint64_t opened = 0;  // Repair sessions of ours.
  std::uint64_t compares = 0;
  std::uint64_t admitted = 0;        // Sessions of peers.
  std::uint64_t refused = 0;         // Probes of peers that were answered with a no.
  std::uint64_t stale_messages = 0;  // For sessions that are over.
  std::uint64_t errors = 0;          // Messages that made no sense.
};

class Reconcile {
 public:
  // `index` outlives this.
  Reconcile(ReconcileOptions options, const merkle::Index& index, core::Prng prng);

  Reconcile(const Reconcile&) = delete;
  Reconcile& operator=(const Reconcile&) = delete;

  // What roots may be compared under; every change closes the repairs that are open.
  void set_standing(const Standing& standing, core::Instant now, Effects& effects);

  // A beat of `peer` showed another root for a cut that we keep, under our horizon, roster and
  // digest version; neither side is frozen. Repeat it as often as it is heard.
  void on_root_heard(core::NodeId peer, core::Cut cut, const merkle::Summary& root,
                     core::Instant now);
  // Any packet from `peer`: it can be reached again.
  void on_heard(core::NodeId peer) { opening_.on_heard(peer); }

  // Compares `range` with `peer` at `cut` or a later one, waiting up to three seconds for it.
  // Returns the number that Found and Ended carry.
  std::uint64_t compare(core::NodeId peer, const core::Range& range, core::Cut cut,
                        core::Instant now, Effects& effects);
  // Nothing more is heard of it.
  void cancel_compare(std::uint64_t compare, Effects& effects);

  core::Result<void> on_message(core::NodeId from, Message message, core::Instant now,
                                Effects& effects);
  void on_link_down(core::NodeId peer, core::Instant now, Effects& effects);

  void on_listed(std::uint64_t ticket, ports::Listing listing, core::Instant now, Effects& effects);
  void on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>> records,
                  core::Instant now, Effects& effects);
  void on_merged(std::uint64_t ticket, std::uint64_t taken, core::Instant now, Effects& effects);

  void on_time(core::Instant now, Effects& effects);
  std::optional<core::Instant> next_deadline() const;

  std::size_t sessions_open() const { return sessions_.size() + answerer_.sessions(); }
  Stats stats() const { return stats_; }

 private:
  bool has_repair_with(core::NodeId peer) const;
  std::size_t repairs_out() const;
  Session& open(SessionOptions options, core::Instant now, Effects& effects);
  void open_due(core::Instant now, Effects& effects);
  bool has_bulk() const;
  Answerer::Objection objection_to(core::NodeId from, const Probe& probe) const;
  core::Result<void> on_probe(core::NodeId from, const Probe& probe, core::Instant now,
                              Effects& effects);
  core::Result<void> on_reply(core::NodeId from, Message message, core::Instant now,
                              Effects& effects);
  // Takes finished sessions off the list, and remembers how they ended.
  void reap(core::Instant now);

  ReconcileOptions options_;
  const merkle::Index& index_;
  core::Prng prng_;
  Standing standing_;
  Tickets tickets_;
  std::optional<pacing::TokenBucket> pace_;  // None: unbounded.
  Opening opening_;
  Answerer answerer_;
  std::map<SessionId, std::unique_ptr<Session>> sessions_;
  Stats stats_;
};

}
