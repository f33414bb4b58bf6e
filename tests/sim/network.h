#pragma once
// The network between the hosts. Datagrams are lost, doubled and overtake each other; links carry
// frames in order while both directions of the path work, stand still while one does not, and are
// given up after a while. Carries bytes: what is in them is between the hosts.
//
//   link:  down ──wanted, both up, path works──▶ up ──stood still too long, dropped, host died──▶
//   down

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/prng.h"
#include "sim/plan.h"
#include "sim/timeline.h"

namespace starling::sim {

// What a network tells a host.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void on_datagram(std::size_t to, std::size_t from, const core::Bytes& bytes) = 0;
  virtual void on_frame(std::size_t to, std::size_t from, const core::Bytes& bytes) = 0;
  virtual void on_link_up(std::size_t host, std::size_t peer) = 0;
  virtual void on_link_down(std::size_t host, std::size_t peer, const std::string& reason) = 0;
  virtual void on_link_drained(std::size_t host, std::size_t peer) = 0;
};

class Network {
 public:
  // Every host is down at first.
  Network(Timeline& timeline, Receiver& receiver, const Knobs& knobs, std::size_t hosts,
          core::Prng prng);

  void send_datagram(std::size_t from, std::size_t to, core::Bytes bytes);
  // Dropped when there is no link, or its queue is full.
  void send_frame(std::size_t from, std::size_t to, core::Bytes bytes);
  void dial(std::size_t from, std::size_t to);
  void undial(std::size_t from, std::size_t to);
  void drop_link(std::size_t from, std::size_t to, const std::string& reason);

  // Blocks nest: as many unblocks must follow.
  void block(std::size_t from, std::size_t to);
  void unblock(std::size_t from, std::size_t to);
  // From now on it can be reached.
  void host_up(std::size_t host);
  // All that it dialled is forgotten. Peers learn of it at once (a process died) or late.
  void host_down(std::size_t host, bool is_noticed_at_once);
  // From now on nothing is lost, doubled or slow.
  void heal();

  std::uint64_t datagrams() const { return datagrams_; }
  std::uint64_t datagrams_lost() const { return lost_; }
  std::uint64_t frames() const { return frames_; }
  std::uint64_t frames_dropped() const { return frames_dropped_; }

 private:
  struct Waiting {
    core::Instant ready;
    core::Bytes bytes;
  };
  // One way of a link.
  struct Lane {
    std::deque<Waiting> queue;
    std::size_t bytes = 0;
    bool was_full = false;
    bool is_moving = false;  // An action that will move the front is arranged.
  };
  struct Link {
    bool is_up = false;
    std::uint64_t epoch = 0;  // Counts connections; what belongs to a former one is void.
    bool is_trying = false;
    std::uint64_t stalls = 0;                       // Counts blocks of the path.
    std::map<std::size_t, Lane> lanes;              // By sender.
    std::map<std::size_t, std::uint64_t> believed;  // By host: the epoch that it takes to be up.
  };
  using Pair = std::pair<std::size_t, std::size_t>;

  static Pair pair_of(std::size_t a, std::size_t b) { return std::minmax(a, b); }
  bool is_blocked(std::size_t from, std::size_t to) const { return blocks_.contains({from, to}); }
  bool path_works(const Pair& pair) const;
  bool is_wanted(const Pair& pair) const;
  core::Duration delay();
  core::Duration between(core::Duration low, core::Duration high);

  void try_later(const Pair& pair);
  void connect(const Pair& pair);
  void close(const Pair& pair, const std::string& reason, core::Duration noticed_within);
  void leave_on_the_way(std::size_t from, const Pair& pair);
  void tell_down(std::size_t host, std::size_t peer, std::uint64_t epoch,
                 const std::string& reason);
  void move(std::size_t from, std::size_t to);
  void deliver_front(std::size_t from, std::size_t to, std::uint64_t epoch);

  Timeline& timeline_;
  Receiver& receiver_;
  Knobs knobs_;
  core::Prng prng_;
  std::map<Pair, Link> links_;
  std::set<Pair> dialled_;      // (from, to)
  std::map<Pair, int> blocks_;  // (from, to)
  std::set<std::size_t> down_;
  std::uint64_t datagrams_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t frames_dropped_ = 0;
};

}
