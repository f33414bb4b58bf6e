#pragma once
// One host: a disk, a clock that may be wrong, and a process that runs the real Node on them. The
// driver in it is the daemon's loop over a virtual world: deliver, end the turn, perform.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/prng.h"
#include "node/node.h"
#include "sim/plan.h"
#include "sim/timeline.h"
#include "store/memory_store.h"

namespace starling::sim {

// What a host says to the world around it.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual void on_send(std::size_t host, node::SendDatagram&& effect) = 0;
  virtual void on_send(std::size_t host, node::SendFrame&& effect) = 0;
  virtual void on_dial(std::size_t host, const membership::Address& address) = 0;
  virtual void on_undial(std::size_t host, const membership::Address& address) = 0;
  virtual void on_drop_link(std::size_t host, core::NodeId peer, const std::string& reason) = 0;
  virtual void on_reply(std::size_t host, node::Reply&& reply) = 0;
  virtual void on_notice(std::size_t host, const core::Notice& notice) = 0;
  // For those who check: before a batch is handed to the store, and when a sync has ended.
  virtual void on_batch(std::size_t host, const ports::Batch& changes) = 0;
  virtual void on_synced(std::size_t host) = 0;
  virtual void on_event(std::size_t host, const node::Event& event) = 0;
};

struct HostOptions {
  std::size_t index = 0;
  std::vector<std::size_t> seeds;  // Hosts that it asks to join.
  std::int64_t skew_ms = 0;
};

core::NodeId id_of(std::size_t host);
membership::Address address_of(std::size_t host);
inline constexpr core::BytesView cluster_secret = "a secret";

class Host {
 public:
  Host(HostOptions options, const Knobs& knobs, Timeline& timeline, Surroundings& surroundings,
       core::Prng prng);

  // ---- life -------------------------------------------------------------------------------------
  void start();
  bool is_up() const { return process_ != nullptr; }
  // The process is gone; the disk is as it was.
  void kill();
  // Returns the number of batches that are gone.
  std::uint64_t lose_power();
  void pause(core::Duration how_long);
  void step_clock(std::int64_t ms) { skew_ms_ += ms; }
  void slow_down(bool slow);
  void calm_down();  // No misses, no refusals, a clock that is right.

  // ---- the process ------------------------------------------------------------------------------
  // Into its inbox; dropped when it is down.
  void deliver(node::Event event);
  std::optional<node::Status> status();

  // ---- looking from outside ---------------------------------------------------------------------
  std::uint64_t batches_written() const { return disk_.written(); }
  std::uint64_t batches_synced() const { return disk_.synced(); }
  // The node knows of all that is on its disk: no batch was written of which it has yet to hear.
  bool is_in_step() const;
  // All records, in key order, and the keys of those that are unreadable.
  ports::Listing everything();
  bool rot(core::BytesView key) { return disk_.corrupt(key); }
  core::WallTime wall() const;

 private:
  struct Process {
    Process(store::Disk& disk, const node::NodeOptions& node_options, core::Prng prng);

    store::MemoryStore store;
    node::Node node;
    std::deque<node::Event> inbox;
    std::deque<node::WriteBatch> refused;
    bool has_turn_arranged = false;
    std::uint64_t timer = 0;  // The newest one; older ones are void.
    core::Instant asleep_until;
  };

  core::Now now() const { return {timeline_.time(), wall()}; }
  void arrange_turn();
  void take_turn();
  void arm_timer();

  void perform(node::WriteBatch&& effect);
  void perform(node::SyncStore&& effect);
  void perform(node::FetchRecords&& effect);
  void perform(node::ListRange&& effect);
  void perform(node::SendDatagram&& effect) { around_.on_send(options_.index, std::move(effect)); }
  void perform(node::SendFrame&& effect) { around_.on_send(options_.index, std::move(effect)); }
  void perform(node::Dial&& effect) { around_.on_dial(options_.index, effect.address); }
  void perform(node::Undial&& effect) { around_.on_undial(options_.index, effect.address); }
  void perform(node::DropLink&& effect);
  void perform(node::Reply&& effect) { around_.on_reply(options_.index, std::move(effect)); }
  void perform(core::Notice&& effect) { around_.on_notice(options_.index, effect); }
  void write_patiently();
  // What a worker does takes its time, and is void when the process is gone by then.
  void on_worker(Timeline::Action job);

  HostOptions options_;
  Knobs knobs_;
  Timeline& timeline_;
  Surroundings& around_;
  core::Prng prng_;
  store::Disk disk_;
  std::int64_t skew_ms_;
  bool is_slow_ = false;
  std::uint64_t lives_ = 0;  // Counts starts.
  std::unique_ptr<Process> process_;
};

}
