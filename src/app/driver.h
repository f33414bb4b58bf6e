#pragma once
// Waits, hands events to the node, performs what it asks for. Knows nothing of what any of it
// means: the simulator's driver is the same loop over a virtual world.
//
//   loop turn ──▶ deliver(event)… ──▶ turn's end: node.end_turn() ──▶ perform each ──▶ timer
//
// A batch that the store refuses (it would have to wait) goes to a worker, those behind it queue
// up; the node pauses writers by itself until it hears Written.

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "net/event_loop.h"
#include "net/watches.h"
#include "net/worker_pool.h"
#include "node/node.h"
#include "ports/store.h"

namespace starling::app {

// Where effects go that are not for the store.
struct Outlets {
  std::function<void(node::SendDatagram&&)> datagram;
  std::function<void(node::SendFrame&&)> frame;
  std::function<void(node::Dial&&)> dial;
  std::function<void(node::Undial&&)> undial;
  std::function<void(node::DropLink&&)> drop_link;
  std::function<void(node::Reply&&)> reply;
  std::function<void(core::Notice&&)> notice;
  // The disk has failed: nothing may be acknowledged any more. Does not come back.
  std::function<void(core::Error)> give_up;
};

class Driver {
 public:
  // All outlive the driver.
  Driver(net::EventLoop& loop, net::WorkerPool& workers, ports::Store& store, node::Node& node,
         Outlets outlets);

  void start();
  // The node has seen the event when this returns; what it wants done is done at the turn's end.
  void deliver(node::Event event) { node_.handle(std::move(event), loop_.now()); }

  // Refused batches so far: each is a moment in which RocksDB would have stalled the loop.
  std::uint64_t stalls() const { return stalls_; }

 private:
  void end_turn();
  void perform(node::WriteBatch&& effect);
  void perform(node::SyncStore&& effect);
  void perform(node::FetchRecords&& effect);
  void perform(node::ListRange&& effect);
  void perform(node::SendDatagram&& effect) { outlets_.datagram(std::move(effect)); }
  void perform(node::SendFrame&& effect) { outlets_.frame(std::move(effect)); }
  void perform(node::Dial&& effect) { outlets_.dial(std::move(effect)); }
  void perform(node::Undial&& effect) { outlets_.undial(std::move(effect)); }
  void perform(node::DropLink&& effect) { outlets_.drop_link(std::move(effect)); }
  void perform(node::Reply&& effect) { outlets_.reply(std::move(effect)); }
  void perform(core::Notice&& effect) { outlets_.notice(std::move(effect)); }

  void write_patiently();
  // Runs `job` on a worker, then delivers the event that it answers.
  void on_worker(std::move_only_function<core::Result<node::Event>()> job);

  net::EventLoop& loop_;
  net::WorkerPool& workers_;
  ports::Store& store_;
  node::Node& node_;
  Outlets outlets_;
  net::Timer timer_;
  std::deque<node::WriteBatch> refused_;
  std::uint64_t stalls_ = 0;
};

}
