#include "transport/link_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/connecting.h"
#include "net/listener.h"
#include "transport/framing.h"
#include "unit/net/until.h"

namespace starling::transport {
namespace {

using net::testing::run_until;
using namespace std::chrono_literals;

constexpr core::ClusterId ours{77};

net::SocketAddress any_port() { return net::SocketAddress::parse("127.0.0.1:0").value(); }

LinkOptions options_for(std::uint64_t id) {
  LinkOptions options;
  options.cluster = ours;
  options.self.node = core::NodeId{id};
  options.self.name = "node-" + std::to_string(id);
  options.dial.retry = {1ms, 10ms};
  options.dial.spacing = 0ms;
  return options;
}

// A pool that writes down what it is told.
struct Node {
  core::NodeId id;
  std::string story;  // "up 2, down 2, …"
  std::vector<node::Frame> frames;
  std::string last_reason;
  int drained = 0;
  LinkPool pool;
  net::SocketAddress address;

  Node(net::EventLoop& loop, const LinkOptions& options)
      : id{options.self.node},
        pool{loop, options, core::Prng{options.self.node.value},
             [this](node::Event event) { on_event(std::move(event)); }},
        address{pool.listen(any_port()).value()} {}
  Node(net::EventLoop& loop, std::uint64_t number) : Node{loop, options_for(number)} {}

  void on_event(node::Event event) {
    if (auto* const up = std::get_if<node::LinkUp>(&event)) {
      story += "up " + std::to_string(up->peer.value) + " ";
    } else if (auto* const down = std::get_if<node::LinkDown>(&event)) {
      story += "down " + std::to_string(down->peer.value) + " ";
      last_reason = down->reason;
    } else if (auto* const frame = std::get_if<node::FrameReceived>(&event)) {
      frames.push_back(std::move(frame->frame));
    } else if (std::holds_alternative<node::LinkDrained>(event)) {
      ++drained;
    }
  }

  std::string text() const { return address.to_text(); }
  bool is_linked() const { return pool.links().size() == 1; }
};

void pass(net::EventLoop& loop, core::Duration time) {
  bool passed = false;
  net::Timer timer{loop, [&] { passed = true; }};
  timer.arm(loop.now().instant + time);
  REQUIRE(run_until(loop, [&] { return passed; }));
}

node::Frame frame_of(std::size_t bytes) {
  membership::JoinReply reply;
  reply.accepted = true;
  reply.reason = std::string(std::min<std::size_t>(bytes, 200), 'r');
  // Rosters are what makes a frame large without records.
  for (std::size_t i = 0; i < bytes / 100; ++i) {
    reply.roster.push_back({core::NodeId{i + 1}, std::string(60, 'n')});
  }
  return {core::Hlc{1}, reply};
}

// Somebody who speaks bytes of its own choice to a pool.
struct Stranger {
  std::unique_ptr<net::ByteStream> stream;
  std::string heard;
  bool closed = false;
  net::Connecting connecting;

  Stranger(net::EventLoop& loop, const net::SocketAddress& address, std::string says)
      : connecting{loop,
                   address,
                   {.patience = 5s, .limits = {.queue_bytes_max = 1 << 20}},
                   [this, says](auto outcome) {
                     stream = std::move(outcome.value());
                     stream->start({.on_bytes = [this](auto bytes) { heard += bytes; },
                                    .on_drained = {},
                                    .on_closed = [this](const auto&) { closed = true; }});
                     CHECK(stream->write(says));
                   }} {}
};

std::string hello_of(std::uint64_t id, core::ClusterId cluster = ours) {
  wire::Hello hello;
  hello.node = core::NodeId{id};
  hello.name = "stranger";
  hello.address = "192.0.2.1:1";
  return make_frame(wire::encode_hello(hello, cluster));
}

// A peer that accepts, says hello, and confirms only when told to.
struct SlowPeer {
  std::uint64_t id;
  std::unique_ptr<net::ByteStream> stream;
  bool heard_hello = false;
  bool closed = false;
  std::unique_ptr<net::Listener> listener;

  SlowPeer(net::EventLoop& loop, std::uint64_t number)
      : id{number},
        listener{net::Listener::on_tcp(loop, any_port(), {.queue_bytes_max = 1 << 20},
                                       {[this](auto accepted) { greet(std::move(accepted)); }})
                     .value()} {}

  void greet(std::unique_ptr<net::ByteStream> accepted) {
    if (stream) return;  // One is enough.
    stream = std::move(accepted);
    stream->start({.on_bytes = [this](auto) { heard_hello = true; },
                   .on_drained = {},
                   .on_closed = [this](const auto&) { closed = true; }});
    CHECK(stream->write(hello_of(id)));
  }
  std::string text() const { return listener->address().to_text(); }
};

TEST_CASE("of two dials that cross, the smaller id's stays: here ours") {
  net::EventLoop loop;
  Node a{loop, 5};
  SlowPeer peer{loop, 9};
  a.pool.dial(peer.text());
  REQUIRE(run_until(loop, [&] { return peer.heard_hello; }));
  Stranger crossing{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return crossing.closed; }));
  CHECK(a.story.empty());
  CHECK(peer.stream->write(make_frame("")));
  REQUIRE(run_until(loop, [&] { return a.is_linked(); }));

  // The other order: its hello comes when ours is confirmed already.
  Stranger late{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return late.closed; }));
  CHECK(a.story == "up 9 ");
  CHECK_FALSE(peer.closed);
}

TEST_CASE("of two dials that cross, the smaller id's stays: here the peer's") {
  net::EventLoop loop;
  Node a{loop, 5};
  SlowPeer peer{loop, 2};
  a.pool.dial(peer.text());
  REQUIRE(run_until(loop, [&] { return peer.heard_hello; }));
  Stranger crossing{loop, a.address, hello_of(2)};
  REQUIRE(run_until(loop, [&] { return peer.closed; }));
  CHECK(a.story == "up 2 ");
  CHECK(a.pool.counters().handshakes_timed_out == 0);  // It hung up at once.
  CHECK_FALSE(crossing.closed);
}

TEST_CASE("a link that is no longer young is replaced by its peer's hello, not defended") {
  net::EventLoop loop;
  auto options = options_for(5);
  options.times.handshake_patience = 50ms;
  Node a{loop, options};
  SlowPeer peer{loop, 9};
  a.pool.dial(peer.text());
  REQUIRE(run_until(loop, [&] { return peer.heard_hello; }));
  CHECK(peer.stream->write(make_frame("")));
  REQUIRE(run_until(loop, [&] { return a.is_linked(); }));
  pass(loop, 60ms);
  Stranger returned{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return peer.closed; }));
  CHECK(a.story == "up 9 down 9 up 9 ");
}

TEST_CASE("two nodes find each other and exchange frames both ways") {
  net::EventLoop loop;
  Node a{loop, 1};
  Node b{loop, 2};
  a.pool.dial(b.text());
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
  CHECK(a.story == "up 2 ");
  CHECK(b.story == "up 1 ");

  CHECK(a.pool.send(b.id, frame_of(10)));
  CHECK(a.pool.send(b.id, frame_of(100'000)));
  CHECK(b.pool.send(a.id, frame_of(7)));
  REQUIRE(run_until(loop, [&] { return b.frames.size() == 2 && a.frames.size() == 1; }));
  CHECK(b.frames[0] == frame_of(10));
  CHECK(b.frames[1] == frame_of(100'000));
  CHECK(a.frames[0] == frame_of(7));
  CHECK(a.pool.counters().frames_out == 2);
  CHECK(b.pool.counters().frames_in == 2);
  CHECK(b.pool.counters().bytes_in == a.pool.counters().bytes_out);

  const auto report = a.pool.links().at(0);
  CHECK(report.peer == b.id);
  CHECK(report.name == "node-2");
  CHECK(report.advertised == b.text());
  CHECK(report.was_dialled);
  CHECK(report.round_trip.has_value());
}

TEST_CASE("a frame to nobody is refused and counted") {
  net::EventLoop loop;
  Node a{loop, 1};
  CHECK_FALSE(a.pool.send(core::NodeId{9}, frame_of(1)));
  CHECK(a.pool.counters().dropped_no_link == 1);
}

TEST_CASE("a dropped link is told to both ends and comes back") {
  net::EventLoop loop;
  Node a{loop, 1};
  Node b{loop, 2};
  a.pool.dial(b.text());
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
  b.pool.drop(a.id, "it misbehaves");
  CHECK(b.story == "up 1 ");  // Not from inside the call.
  REQUIRE(run_until(loop, [&] { return a.story == "up 2 down 2 up 2 "; }));
  REQUIRE(run_until(loop, [&] { return b.story == "up 1 down 1 up 1 "; }));
  CHECK(b.last_reason == "it misbehaves");
  CHECK(a.last_reason == "closed by the peer");
}

TEST_CASE("a link comes back after the peer was gone for a while") {
  net::EventLoop loop;
  Node a{loop, 1};
  auto b = std::make_unique<Node>(loop, 2);
  const auto address = b->address;
  a.pool.dial(b->text());
  REQUIRE(run_until(loop, [&] { return a.is_linked(); }));
  b.reset();
  REQUIRE(run_until(loop, [&] { return a.pool.counters().dials_failed >= 3; }));
  CHECK(a.story == "up 2 down 2 ");
  auto options = options_for(3);  // Restarted with a new id.
  Node c{loop, options};
  c.pool.stop_listening();
  REQUIRE(c.pool.listen(address));
  REQUIRE(run_until(loop, [&] { return a.is_linked(); }));
  CHECK(a.story == "up 2 down 2 up 3 ");
}

TEST_CASE("crossing dials leave exactly one link, and nobody sees it flap") {
  for (int round = 0; round < 50; ++round) {
    net::EventLoop loop;
    Node a{loop, 1};
    Node b{loop, 2};
    a.pool.dial(b.text());
    b.pool.dial(a.text());
    REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
    // Long enough for a second connection to do harm.
    pass(loop, 15ms);
    CHECK(a.story == "up 2 ");
    CHECK(b.story == "up 1 ");
    CHECK(a.pool.links().at(0).was_dialled != b.pool.links().at(0).was_dialled);
    CHECK(a.pool.send(b.id, frame_of(1)));
    CHECK(b.pool.send(a.id, frame_of(1)));
    REQUIRE(run_until(loop, [&] { return a.frames.size() == 1 && b.frames.size() == 1; }));
  }
}

TEST_CASE("several addresses of one peer make one link, and all are dialled when it is gone") {
  net::EventLoop loop;
  Node a{loop, 1};
  auto b = std::make_unique<Node>(loop, 2);
  const auto port = std::to_string(b->address.port());
  a.pool.dial("localhost:" + port);
  a.pool.dial("127.0.0.1:" + port);
  a.pool.dial("127.0.0.2:" + port);  // Nobody there: b listens on 127.0.0.1.
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b->is_linked(); }));
  REQUIRE(run_until(loop, [&] { return a.pool.counters().dials_failed >= 5; }));
  CHECK(a.story == "up 2 ");
  CHECK(b->story == "up 1 ");
  b.reset();
  const auto failed = a.pool.counters().dials_failed;
  CHECK(run_until(loop, [&] { return a.pool.counters().dials_failed >= failed + 6; }));
}

TEST_CASE("an address whose peer came by itself is not dialled while that link lives") {
  net::EventLoop loop;
  Node a{loop, 1};
  auto b = std::make_unique<Node>(loop, 2);
  b->pool.dial(a.text());
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b->is_linked(); }));
  a.pool.dial(b->text());
  pass(loop, 20ms);  // Time enough to connect, had it been tried.
  CHECK(a.pool.counters().duplicates_closed == 0);
  CHECK(b->pool.counters().duplicates_closed == 0);
  b.reset();
  CHECK(run_until(loop, [&] { return a.pool.counters().dials_failed >= 2; }));
}

TEST_CASE("undialling ends the tries and leaves the link") {
  net::EventLoop loop;
  Node a{loop, 1};
  Node b{loop, 2};
  a.pool.dial(b.text());
  a.pool.dial("127.0.0.1:1");
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
  REQUIRE(run_until(loop, [&] { return a.pool.counters().dials_failed >= 2; }));
  a.pool.undial(b.text());
  a.pool.undial("127.0.0.1:1");
  a.pool.undial("never dialled:1");
  const auto failed = a.pool.counters().dials_failed;
  CHECK(a.is_linked());
  a.pool.drop(b.id, "done");
  REQUIRE(run_until(loop, [&] { return b.story == "up 1 down 1 "; }));
  pass(loop, 30ms);
  CHECK(a.story == "up 2 down 2 ");
  CHECK(a.pool.counters().dials_failed == failed);
}

TEST_CASE("a new connection of a linked peer replaces the link, which is told") {
  net::EventLoop loop;
  Node a{loop, 1};
  Stranger first{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return a.is_linked(); }));
  Stranger second{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return first.closed; }));
  CHECK(a.story == "up 9 down 9 up 9 ");
  CHECK(a.last_reason == "replaced by a newer connection");
  CHECK_FALSE(second.closed);
}

TEST_CASE("strangers are turned away and counted by reason") {
  net::EventLoop loop;
  Node a{loop, 1};
  Stranger foreign{loop, a.address, hello_of(9, core::ClusterId{78})};
  Stranger own_id{loop, a.address, hello_of(1)};
  Stranger noise{loop, a.address, make_frame("this is no hello")};
  Stranger oversized{loop, a.address, std::string{"\xff\xff\xff\xff", 4} + "claims 4 GiB"};
  Stranger web{loop, a.address, "GET / HTTP/1.1\r\n\r\n"};
  REQUIRE(run_until(loop, [&] {
    return foreign.closed && own_id.closed && noise.closed && oversized.closed && web.closed;
  }));
  CHECK(a.story.empty());
  CHECK(a.pool.counters().foreign_cluster == 1);
  CHECK(a.pool.counters().foreign_own_id == 1);
  CHECK(a.pool.counters().foreign_malformed == 3);
}

TEST_CASE("a node that dials itself or another cluster goes on trying and links to nobody") {
  net::EventLoop loop;
  Node a{loop, 1};
  auto other = options_for(2);
  other.cluster = core::ClusterId{78};
  Node b{loop, other};
  a.pool.dial(a.text());
  a.pool.dial(b.text());
  REQUIRE(run_until(loop, [&] {
    return a.pool.counters().foreign_own_id >= 2 && a.pool.counters().foreign_cluster >= 2;
  }));
  CHECK(a.story.empty());
  CHECK(b.story.empty());
}

TEST_CASE("a hostile frame costs its link and nothing else") {
  net::EventLoop loop;
  Node a{loop, 1};
  Node b{loop, 2};
  b.pool.dial(a.text());
  Stranger garbage{loop, a.address, hello_of(8)};
  Stranger oversized{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return a.pool.links().size() == 3; }));
  CHECK(garbage.stream->write(make_frame("garbage!")));
  CHECK(oversized.stream->write("\xff\xff\xff\x7f"));
  REQUIRE(run_until(loop, [&] { return garbage.closed && oversized.closed; }));
  CHECK(a.pool.counters().hostile_frames == 2);
  CHECK(a.story.contains("down 8 "));
  CHECK(a.story.contains("down 9 "));
  CHECK_FALSE(a.story.contains("down 2 "));
  CHECK(b.story == "up 1 ");
}

TEST_CASE("who says nothing is hung up on, and cannot come without end") {
  net::EventLoop loop;
  auto options = options_for(1);
  options.times.handshake_patience = 100ms;
  Node a{loop, options};
  std::vector<std::unique_ptr<Stranger>> silent;
  for (std::size_t i = 0; i < core::limits::links_half_open_max + 5; ++i) {
    silent.push_back(std::make_unique<Stranger>(loop, a.address, ""));
  }
  REQUIRE(run_until(loop, [&] { return a.pool.counters().half_open_refused == 5; }));
  REQUIRE(run_until(loop, [&] {
    return a.pool.counters().handshakes_timed_out == core::limits::links_half_open_max;
  }));
  CHECK(run_until(loop, [&] {
    return std::ranges::all_of(silent, [](const auto& each) { return each->closed; });
  }));
}

TEST_CASE("an idle link lives on signs of life, a silent one is cut") {
  net::EventLoop loop;
  auto options = options_for(1);
  options.times.ping_interval = 5ms;
  options.times.silence_max = 60ms;
  Node a{loop, options};
  options.self.node = core::NodeId{2};
  Node b{loop, options};
  a.pool.dial(b.text());
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
  Stranger silent{loop, a.address, hello_of(9)};
  REQUIRE(run_until(loop, [&] { return silent.closed; }));
  CHECK(a.last_reason == "nothing heard for too long");
  CHECK(a.pool.counters().silent_links == 1);
  CHECK(silent.heard.ends_with(std::string(8, '\0')));
  CHECK(a.story == "up 2 up 9 down 9 ");
  CHECK(b.story == "up 1 ");
}

TEST_CASE("a full queue refuses, and drained follows") {
  net::EventLoop loop;
  auto options = options_for(1);
  options.dial.limits = {.queue_bytes_max = 100'000, .queue_writes_max = 16};
  Node a{loop, options};
  Node b{loop, 2};
  a.pool.dial(b.text());
  REQUIRE(run_until(loop, [&] { return a.is_linked() && b.is_linked(); }));
  std::size_t sent = 0;
  while (a.pool.send(b.id, frame_of(100))) ++sent;
  CHECK(sent == 16);
  CHECK(a.pool.counters().dropped_queue_full == 1);
  CHECK(a.pool.queued_bytes() > 0);
  REQUIRE(run_until(loop, [&] { return a.drained == 1; }));
  CHECK(a.pool.send(b.id, frame_of(150'000)));  // One frame may be larger than the queue.
  CHECK_FALSE(a.pool.send(b.id, frame_of(100)));
  REQUIRE(run_until(loop, [&] { return a.drained == 2; }));
  REQUIRE(run_until(loop, [&] { return b.frames.size() == sent + 1; }));
}

TEST_CASE("a peer port in use is a sentence") {
  net::EventLoop loop;
  Node a{loop, 1};
  Node b{loop, 2};
  CHECK(b.pool.listen(a.address).error().detail.contains("in use by another process"));
}

}
}
