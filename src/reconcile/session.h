#pragma once
// One session that this node opened: a probe, a descent, an exchange, and the roots once more.
//
//   waiting ──cut applied──▶ probing ──differ──▶ walking ──all moved──▶ verifying ──▶ finished
//      ▲ ▲                    │ │ ▲                 │                       │             ▲
//      │ └──not yet / gone────┘ │ └──cut is gone────┘                       │             │
//      └────────────────────────│───not yet / gone──────────────────────────┘             │
//                               └──equal, refused─────────── any: silence, deadline ──────┘
//
// A cut that is let go by either side in mid-walk costs a new probe; what is still to be walked is
// walked at the newer cut. A comparison ends after its walk, and moves no record.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/prng.h"
#include "core/result.h"
#include "core/time.h"
#include "merkle/index.h"
#include "pacing/token_bucket.h"
#include "reconcile/descent.h"
#include "reconcile/effects.h"
#include "reconcile/exchange.h"
#include "reconcile/leaves.h"
#include "reconcile/options.h"
#include "reconcile/standing.h"

namespace starling::reconcile {

struct SessionOptions {
  SessionId id;
  core::NodeId peer;
  Purpose purpose = Purpose::repair;
  core::Range range;          // What is compared; a repair: everything.
  core::Cut cut;              // This one or a later one.
  std::uint64_t compare = 0;  // Of a comparison.
};

// What a session borrows from Reconcile; all of it outlives the session.
struct SessionSeams {
  const merkle::Index& index;
  const Standing& standing;
  Tickets& tickets;
  pacing::TokenBucket* pace;  // Null: unbounded.
};

class Session {
 public:
  enum class State { waiting, probing, walking, verifying, finished };

  Session(SessionOptions options, SessionSeams seams, core::Prng prng);

  void start(core::Instant now, Effects& effects);
  // An error leaves the session as it was.
  core::Result<void> on_message(Message message, core::Instant now, Effects& effects);
  // False: not a ticket of this session.
  bool on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now,
                 Effects& effects);
  bool on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records,
                  core::Instant now, Effects& effects);
  bool on_merged(std::uint64_t ticket, std::uint64_t taken, core::Instant now, Effects& effects);
  void on_link_down(core::Instant now, Effects& effects);
  void on_time(core::Instant now, Effects& effects);
  std::optional<core::Instant> next_deadline() const;
  // Ends it from here.
  void give_up(std::string why, core::Instant now, Effects& effects);

  // It moves so much that a second session would move the same again.
  bool is_bulk() const {
    return options_.purpose == Purpose::repair && figures_.keys_differ > bulk_records;
  }

  State state() const { return state_; }
  const SessionOptions& options() const { return options_; }
  // Once it is finished: how, at which cut, and whether the peer could not be reached.
  Outcome outcome() const { return outcome_; }
  core::Cut cut() const { return basis_.cut; }
  bool was_unreachable() const { return was_unreachable_; }

 private:
  enum class Farewell { said, unsaid };

  // ---- the opening
  // -------------------------------------------------------------------------------- `next` is
  // probing or verifying: what the answer will be for.
  void probe(State next, core::Instant now, Effects& effects);
  void look_again(State next, core::Instant now, Effects& effects);
  core::Cut cut_to_probe(State next) const;
  void wait(State next, core::Instant now);
  void on_wait_over(core::Instant now, Effects& effects);
  core::Result<void> on(ProbeReply reply, core::Instant now, Effects& effects);
  void on_no_such_cut(const ProbeReply& reply, core::Instant now, Effects& effects);

  // ---- the walk -------------------------------------------------------------------------------
  core::Result<void> on(DescendReply reply, core::Instant now, Effects& effects);
  void take_leaf_steps(core::Instant now, Effects& effects);
  void take(Leaves::Step step, core::Instant now, Effects& effects);
  void find(Found found, Effects& effects);

  // ---- the exchange ---------------------------------------------------------------------------
  core::Result<void> on(PullReply reply, core::Instant now, Effects& effects);
  core::Result<void> on(PushReply reply, core::Instant now, Effects& effects);
  core::Result<void> on(Abort abort, core::Instant now, Effects& effects);
  // The initiator asks; a question of the peer's reaches the answerer, not this.
  template <typename Question>
  core::Result<void> on(const Question&, core::Instant, Effects&) {
    return core::fail(core::Errc::unexpected, "a question where an answer belongs");
  }

  // Says and asks all that may be said and asked at the moment.
  void pump(core::Instant now, Effects& effects);
  void ask_divisions(core::Instant now, Effects& effects);
  void ask_records(core::Instant now, Effects& effects);
  void fetch_offers(core::Instant now, Effects& effects);
  bool may_spend(std::uint64_t bytes, core::Instant now);
  bool may_list() const;
  bool has_all_moved() const;

  // ---- figures, patience, the end -------------------------------------------------------------
  void say(Message message, core::Instant now, Effects& effects);
  void count_received(const Message& message);
  void on_answer(core::Instant now);
  bool was_equal() const { return figures_.records_sent + figures_.records_received == 0; }
  void end(Outcome outcome, std::string trouble, Farewell farewell, core::Instant now,
           Effects& effects);

  SessionOptions options_;
  SessionSeams seams_;
  core::Prng prng_;
  State state_ = State::waiting;
  State after_wait_ = State::probing;
  Basis basis_;
  std::optional<core::Cut> peers_newest_;  // As it said when it did not have a cut of ours.
  bool has_train_ = false;
  Descent descent_;
  Leaves leaves_;
  Pulls pulls_;
  Pushes pushes_;
  std::map<std::uint64_t, std::vector<Pushes::Offer>> fetching_;  // By ticket.
  std::map<std::uint32_t, std::uint64_t> pushing_;                // Round by request.
  std::set<std::uint64_t> merging_;                               // Tickets.
  std::uint32_t requests_ = 0;
  std::size_t awaited_ = 0;  // Answers of the peer.
  std::size_t probes_ = 0;
  core::Instant started_at_;
  core::Instant heard_at_;  // Last answer, or the question that ended a time without any.
  core::Instant wake_at_;   // While waiting.
  core::Instant wait_ends_at_;
  std::optional<core::Instant> paced_until_;  // Something waits for the pace alone.
  std::uint64_t push_rounds_ = 0;
  Figures figures_;
  Outcome outcome_ = Outcome::failed;
  bool was_unreachable_ = false;
};

}
