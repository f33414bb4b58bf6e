#pragma once
// Two hosts on one perfect network: what one sends the other hears in the same moment, unless cut.

#include "fake_host.h"

namespace starling::node::testing {

class FakePair {
 public:
  FakeHost a{1, {"host-2:1"}};
  FakeHost b{2, {"host-1:1"}};
  bool is_cut = false;

  // Both up, linked, and of one roster.
  void start() {
    a.start();
    b.start();
    link();
  }
  void link() {
    is_cut = false;
    a.deliver(LinkUp{{2}, "host-2:1", "n2"});
    b.deliver(LinkUp{{1}, "host-1:1", "n1"});
    carry();
  }
  void cut() {
    is_cut = true;
    a.deliver(LinkDown{{2}, "cut"});
    b.deliver(LinkDown{{1}, "cut"});
    carry();
  }
  // Delivers until both have nothing more to say.
  void carry() {
    while (pass_on(a, b) || pass_on(b, a)) {
    }
  }
  void pass(core::Duration duration, core::Duration step = std::chrono::milliseconds{250}) {
    for (core::Duration gone{}; gone < duration; gone += step) {
      a.pass(step);
      b.pass(step);
      carry();
    }
  }

 private:
  bool pass_on(FakeHost& from, FakeHost& to) {
    auto frames = std::exchange(from.frames, {});
    auto datagrams = std::exchange(from.datagrams, {});
    if (is_cut) return false;
    const auto sender = from.node.status(from.now).id;
    for (auto& frame : frames) to.deliver(FrameReceived{sender, std::move(frame.frame)});
    for (auto& datagram : datagrams) {
      to.deliver(DatagramReceived{"host-" + std::to_string(sender.value) + ":1",
                                  std::move(datagram.datagram)});
    }
    return !frames.empty() || !datagrams.empty();
  }
};

}
