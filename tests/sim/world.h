#pragma once
// A whole cluster in one thread: hosts, network, clients, faults, and those who check. One seed
// gives one plan gives one history.
//
//   trouble: clients write, faults come and go
//   healed:  nobody writes, nothing fails; all hosts must become equal within a bound
//   quiet:   nothing may be repaired any more
//   audit:   what was promised is held against what is there

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/checkers.h"
#include "sim/clients.h"
#include "sim/host.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/stamp_book.h"
#include "sim/timeline.h"
#include "sim/trace.h"

namespace starling::sim {

struct Figures {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t may_be_lost = 0;  // Acknowledged `fast`, taken by a power loss before a sync.
  std::uint64_t records = 0;      // On each host, at the end.
  std::uint64_t sessions_repaired = 0;
  std::uint64_t sessions_failed = 0;
  std::uint64_t records_repaired = 0;
  std::uint64_t records_by_rumour = 0;
  std::uint64_t held_ahead = 0;
  std::uint64_t corrupt_found = 0;
  std::uint64_t datagrams = 0;
  std::uint64_t frames = 0;
  std::uint64_t crashes = 0;
  std::uint64_t root_checks = 0;  // Views that could be judged.
  core::Duration equal_after{};   // Since everything was healed.
};

struct Outcome {
  Plan plan;
  Violations violations;
  Figures figures;
  std::uint64_t trace = 0;

  // The line that repeats this run.
  std::string repeat() const;
  std::string text() const;
};

class World final : private Receiver, private Surroundings {
 public:
  // `story`: prints faults and notices as they come.
  World(Plan plan, bool story);

  Outcome run();

 private:
  void on_datagram(std::size_t to, std::size_t from, const core::Bytes& bytes) override;
  void on_frame(std::size_t to, std::size_t from, const core::Bytes& bytes) override;
  void on_link_up(std::size_t host, std::size_t peer) override;
  void on_link_down(std::size_t host, std::size_t peer, const std::string& reason) override;
  void on_link_drained(std::size_t host, std::size_t peer) override;

  void on_send(std::size_t host, node::SendDatagram&& effect) override;
  void on_send(std::size_t host, node::SendFrame&& effect) override;
  void on_dial(std::size_t host, const membership::Address& address) override;
  void on_undial(std::size_t host, const membership::Address& address) override;
  void on_drop_link(std::size_t host, core::NodeId peer, const std::string& reason) override;
  void on_reply(std::size_t host, node::Reply&& reply) override;
  void on_notice(std::size_t host, const core::Notice& notice) override;
  void on_batch(std::size_t host, const ports::Batch& changes) override;
  void on_synced(std::size_t host) override;
  void on_event(std::size_t host, const node::Event& event) override;

  void begin(const Fault& fault);
  void end(const Fault& fault);
  void cut(const Fault& fault, bool apart);
  void start(std::size_t host);
  void take_down(std::size_t host, FaultKind how);
  void rot(std::size_t host);
  // Of the operator of that host.
  void order(std::size_t host, node::LocalAdmin::Act act);
  void heal();

  bool wait_until_equal();
  bool is_equal();
  void look_at_roots();
  std::vector<node::Status> statuses();
  void check_quiet();
  void check_comparison();
  void audit();
  void add(const Violations& violations);
  void tell(const std::string& text) const;
  Contents contents_of(std::size_t host);

  static constexpr node::ClientId operator_id{~std::uint64_t{0}};

  Plan plan_;
  bool has_story_;
  Timeline timeline_;
  core::Instant began_;
  core::Prng prng_;
  merkle::DigestKey key_;
  core::ClusterId cluster_;
  Network network_;
  Clients clients_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::map<core::NodeId, std::size_t> host_of_id_;
  std::map<membership::Address, std::size_t> host_of_address_;
  std::vector<std::uint64_t> next_batch_;    // By host: the number its next batch gets on its disk.
  std::set<std::size_t> stopping_;           // Gracefully.
  std::set<std::size_t> doomed_;             // They lose power with their next answer.
  std::vector<std::size_t> roster_members_;  // By host: of the roster in force when it went down.
  std::vector<std::pair<std::size_t, core::Bytes>> rotten_;
  core::Instant next_look_;
  std::optional<node::CompareSummary> comparison_;
  StampBook stamps_;
  Trace trace_;
  Outcome outcome_;
};

}
