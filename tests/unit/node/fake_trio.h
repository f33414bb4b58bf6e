#pragma once
// Three hosts, each linked to the others; what one sends is heard in the same moment, unless the
// receiver is deaf.

#include <array>
#include <set>

#include "fake_host.h"

namespace starling::node::testing {

class FakeTrio {
 public:
  FakeHost a{1, {"host-2:1", "host-3:1"}};
  FakeHost b{2, {"host-1:1", "host-3:1"}};
  FakeHost c{3, {"host-1:1", "host-2:1"}};
  std::set<FakeHost*> deaf;        // To frames.
  std::vector<SendFrame> carried;  // All that were sent, in order.

  void start() {
    for (auto* host : hosts_) host->start();
    link(a, b);
    link(a, c);
    link(b, c);
    pass(std::chrono::seconds{1});
  }
  void cut(FakeHost& one, FakeHost& other) {
    one.deliver(LinkDown{id(other), "cut"});
    other.deliver(LinkDown{id(one), "cut"});
    carry();
  }
  void freeze_all() {
    for (auto* host : hosts_) host->deliver(LocalAdmin{{1}, 900, LocalAdmin::Act::freeze});
    carry();
  }
  // Delivers until nobody has anything more to say.
  void carry() {
    while (pass_on(a) || pass_on(b) || pass_on(c)) {
    }
  }
  void pass(core::Duration duration, core::Duration step = std::chrono::milliseconds{250}) {
    for (core::Duration gone{}; gone < duration; gone += step) {
      for (auto* host : hosts_) host->pass(step);
      carry();
    }
  }

 private:
  static core::NodeId id(FakeHost& host) { return host.node.status(host.now).id; }
  static std::string address(FakeHost& host) {
    return "host-" + std::to_string(id(host).value) + ":1";
  }
  void link(FakeHost& one, FakeHost& other) {
    one.deliver(LinkUp{id(other), address(other), "n" + std::to_string(id(other).value)});
    other.deliver(LinkUp{id(one), address(one), "n" + std::to_string(id(one).value)});
    carry();
  }
  bool pass_on(FakeHost& from) {
    auto frames = std::exchange(from.frames, {});
    auto datagrams = std::exchange(from.datagrams, {});
    for (auto& frame : frames) {
      carried.push_back(frame);
      auto& to = *hosts_.at(frame.peer.value - 1);
      if (!deaf.contains(&to)) to.deliver(FrameReceived{id(from), std::move(frame.frame)});
    }
    for (auto& datagram : datagrams) {
      for (auto* to : hosts_) {
        if (address(*to) != datagram.to) continue;
        to->deliver(DatagramReceived{address(from), std::move(datagram.datagram)});
      }
    }
    return !frames.empty() || !datagrams.empty();
  }

  std::array<FakeHost*, 3> hosts_{&a, &b, &c};
};

}
