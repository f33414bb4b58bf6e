#pragma once
// Applications on the hosts: each talks to its own node only, one call at a time, and remembers
// what it was told.

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "core/prng.h"
#include "node/effect.h"
#include "node/event.h"
#include "sim/checkers.h"
#include "sim/history.h"
#include "sim/plan.h"
#include "sim/timeline.h"

namespace starling::sim {

class Clients {
 public:
  using Deliver = std::function<void(std::size_t host, node::Event event)>;

  // `deliver` reaches the node of a host, if it is up.
  Clients(Timeline& timeline, const Plan& plan, core::Prng prng, Deliver deliver);

  void start();
  void stop() { is_stopped_ = true; }
  // One read, by nobody in particular.
  void read(std::size_t host, const core::Bytes& key);

  void on_reply(std::size_t host, const node::Reply& reply, std::uint64_t batches_written);
  void on_host_up(std::size_t host) { up_.insert_or_assign(host, true); }
  // The process is gone; with the power, if so, all but `batches_left` of its batches.
  void on_host_down(std::size_t host, std::uint64_t batches_left, bool has_lost_power);

  History& history() { return history_; }
  const ReadBook& reads() const { return reads_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t refused() const { return refused_; }
  // Calls that wait for their answer.
  std::size_t waiting() const { return calls_.size(); }

 private:
  struct Client {
    node::ClientId id;
    std::size_t host;
  };
  struct Call {
    std::size_t client;  // None for a single read: clients_.size().
    std::size_t host;
    std::vector<std::uint64_t> writes;
    core::Bytes read_key;
  };

  void act_later(std::size_t client);
  void act(std::size_t client);
  void set(std::size_t client, std::size_t keys);
  void erase(std::size_t client);
  void get(std::size_t client);
  void scan(std::size_t client);
  void leave(std::size_t client);
  void submit(std::size_t client, node::LocalCall call, Call record);
  core::Bytes some_key();
  node::Ack some_level();

  Timeline& timeline_;
  Knobs knobs_;
  core::Prng prng_;
  Deliver deliver_;
  History history_;
  ReadBook reads_;
  std::vector<Client> clients_;
  std::map<std::size_t, bool> up_;
  std::map<std::uint64_t, Call> calls_;  // By ticket.
  std::uint64_t tickets_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t refused_ = 0;
  bool is_stopped_ = false;
};

}
