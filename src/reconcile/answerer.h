#pragma once
// Answers the sessions that peers open. Of a session it keeps only that it was admitted and when it
// was last heard of; every question carries all that its answer needs. Questions whose answer must
// be read from the store are jobs, a bounded number for each session.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "merkle/index.h"
#include "reconcile/effects.h"
#include "reconcile/list_job.h"
#include "reconcile/listings.h"
#include "reconcile/pull_job.h"
#include "reconcile/standing.h"

namespace starling::reconcile {

class Answerer {
 public:
  // All that is borrowed outlives the answerer.
  Answerer(const merkle::Index& index, const Standing& standing, Tickets& tickets)
      : index_{index}, standing_{standing}, tickets_{tickets} {}

  // Why a session of a peer is not admitted, whatever the roots say.
  enum class Objection {
    none,
    crossed,  // Our own session with the peer stays.
    busy,     // One peer at a time moves so much.
  };

  // Answers, and admits the session when the roots differ.
  Verdict on_probe(core::NodeId from, const Probe& probe, Objection objection, core::Instant now,
                   Effects& effects);
  // Descend, Pull, Push and Abort; another message is an error. Nothing changes on an error.
  core::Result<void> on_message(core::NodeId from, Message message, core::Instant now,
                                Effects& effects);
  void on_link_down(core::NodeId peer);

  // False: not a ticket of ours.
  bool on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now,
                 Effects& effects);
  bool on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records,
                  Effects& effects);
  bool on_merged(std::uint64_t ticket, std::uint64_t taken, Effects& effects);

  // Lets go of sessions that went silent.
  void on_time(core::Instant now);
  std::optional<core::Instant> next_deadline() const;
  // Our standing has changed: repairs that were admitted under the old one end.
  void close_repairs(Effects& effects);

  bool has_session(core::NodeId peer, SessionId session) const;
  bool has_repair_from(core::NodeId peer) const;
  // Some session moves so much that others would move the same.
  bool has_bulk() const;
  std::size_t sessions() const { return guests_.size(); }

 private:
  struct Guest {
    core::NodeId peer;
    SessionId session;
    Purpose purpose;
    core::Instant heard_at;
    std::size_t records = 0;  // Pushed to us or wanted of us.
  };
  struct Job {
    core::NodeId peer;
    SessionId session;
    std::variant<ListJob, PullJob> work;
  };
  struct Merging {
    core::NodeId peer;
    SessionId session;
    std::uint32_t request;
  };

  Verdict judge(const Probe& probe) const;
  bool admit(core::NodeId from, const Probe& probe, core::Instant now);
  Guest* guest(core::NodeId peer, SessionId session);
  void remove(core::NodeId peer, SessionId session);
  std::size_t jobs_of(core::NodeId peer, SessionId session) const;

  core::Result<void> on(const Guest& guest, const Descend& descend, core::Instant now,
                        Effects& effects);
  core::Result<void> on(Guest& guest, Pull pull, core::Instant now, Effects& effects);
  core::Result<void> on(Guest& guest, Push push, Effects& effects);
  void go_on(std::size_t place, Effects& effects);

  const merkle::Index& index_;
  const Standing& standing_;
  Tickets& tickets_;
  std::vector<Guest> guests_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::map<std::uint64_t, Merging> merging_;
};

}
