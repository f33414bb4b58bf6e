#pragma once
// Comparisons: who asked, which node walks, and where what is found goes.
//
//   application ─LocalCompare──▶ this node ═session═▶ peer
//   application ─LocalCompare──▶ this node ─CompareRequest─▶ from ═session═▶ peer
//               ◀─steps───────             ◀─CompareReply──
//
// To the node that walks, an application of its own and a peer that asks are two kinds of asker.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "membership/membership.h"
#include "node/event.h"
#include "node/joining.h"
#include "node/replica.h"
#include "node/sessions.h"

namespace starling::node {

class Compares {
 public:
  // All of them outlive this.
  Compares(Replica& replica, const membership::Membership& members, const Joining& joining,
           Sessions& sessions);

  void on_compare(LocalCompare call);
  void on_client_gone(ClientId client);

  // On an error nothing has changed, and the caller drops the link.
  core::Result<void> on_request(core::NodeId peer, const CompareRequest& request);
  core::Result<void> on_reply(core::NodeId peer, CompareReply reply);
  void on_cancel(core::NodeId peer, const CompareCancel& cancel);
  void on_link_down(core::NodeId peer);

  void on_time();
  std::optional<core::Instant> next_deadline() const;
  // What was found in this turn leaves in one frame for each peer that asked.
  void end_turn();

 private:
  struct Side {
    core::NodeId id;
    std::string name;
    membership::Address address;
  };
  struct Application {
    ClientId client;
    std::uint64_t ticket;
    friend bool operator==(const Application&, const Application&) = default;
  };
  struct Peer {
    core::NodeId id;
    std::uint64_t number;  // Its own.
    friend bool operator==(const Peer&, const Peer&) = default;
  };
  using Asker = std::variant<Application, Peer>;

  // Of this node.
  struct Walk {
    Asker asker;
    std::uint64_t session = 0;             // As Sessions numbers them.
    std::vector<CompareEntry> gathered{};  // For a peer; not sent yet.
    std::size_t gathered_bytes = 0;
    core::Instant told_at{};
  };
  // Walked by `from`.
  struct Forwarded {
    Application asker;
    Side from;
    Side peer;
    core::Range range;
    core::Instant heard_at{};
    std::uint64_t entries = 0;
  };

  Side self() const;
  std::optional<Side> find(const std::string& called) const;
  std::string why_not_between(const LocalCompare& call, const std::optional<Side>& from,
                              const std::optional<Side>& peer) const;
  std::string why_not_reach(const Side& side) const;

  void walk(Asker asker, const Side& peer, const core::Range& range);
  void forward(const LocalCompare& call, Side from, Side peer);
  template <typename Predicate>
  void stop_walks(Predicate is_meant);
  void cancel_forwarded(std::uint64_t number, const Forwarded& forwarded);
  void abandon(const Forwarded& forwarded, std::string why);

  void on_step(std::uint64_t walk, CompareStep step);
  void tell(const Application& asker, CompareStep step);
  void gather(Walk& walk, CompareEntry entry);
  void send_gathered(Walk& walk, std::optional<CompareSummary> summary);

  Replica& replica_;
  const membership::Membership& members_;
  const Joining& joining_;
  Sessions& sessions_;
  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, Walk> walks_;
  std::map<std::uint64_t, Forwarded> forwarded_;
};

}
