#include "api/resp_server.h"

#include <doctest/doctest.h>

#include <string>

#include "core/limits.h"
#include "unit/api/fake_node.h"
#include "unit/api/loopback.h"

namespace starling::api {
namespace {

using net::testing::run_until;
using testing::Caller;
using testing::Desk;

// A server with a node that answers at the end of each turn, as a driver does.
class House {
 public:
  explicit House(RespSettings settings = {}) : server{loop, std::move(settings), world()} {
    loop.on_turn_end([this] {
      if (is_silent) return;
      for (auto& [ticket, answer] : std::exchange(node.answers, {})) {
        // The fake node has forgotten who asked; tickets tell, as there are few clients.
        for (std::uint64_t id = 1; id <= clients_max; ++id) server.on_reply({id}, ticket, answer);
      }
    });
    REQUIRE(server.listen_on(*net::SocketAddress::parse("127.0.0.1:0")).has_value());
  }
  ~House() { loop.on_turn_end({}); }

  static constexpr std::uint64_t clients_max = 8;
  net::EventLoop loop;
  testing::FakeNode node;
  std::size_t cancels = 0;
  bool is_silent = false;  // The node answers nothing.
  RespServer server;

 private:
  World world() {
    auto made = node.world();
    made.now = [this] { return loop.now(); };
    made.submit = [this, submit = made.submit](node::Event event) {
      if (std::holds_alternative<node::LocalCancel>(event)) ++cancels;
      submit(std::move(event));
    };
    return made;
  }
};

TEST_CASE("a client is served over TCP, a pipeline at a time") {
  House house;
  Caller caller{house.loop, house.server.tcp_port()};
  std::string pipeline;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    pipeline += Desk::encode({"SET", "k" + std::to_string(i), "v"});
    expected += "+OK\r\n";
  }
  CHECK(caller.say(pipeline, expected.size()) == expected);
  CHECK(caller.say(Desk::encode({"QUIT"}), 100) == "+OK\r\n");
  CHECK(caller.closed);
  CHECK(run_until(house.loop, [&] { return house.server.clients() == 0; }));
  CHECK(house.server.buffered_bytes() == 0);
}

TEST_CASE("HTTP on the Redis port is closed without a command") {
  House house;
  Caller caller{house.loop, house.server.tcp_port()};
  CHECK(caller.say_until_closed("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") ==
        "-ERR Protocol error: expected '*', got 'G'\r\n");
  CHECK(house.node.calls == 0);
}

TEST_CASE("one client too many is told so") {
  RespSettings settings;
  settings.clients_max = 1;
  House house{settings};
  Caller first{house.loop, house.server.tcp_port()};
  CHECK(first.say(Desk::encode({"PING"}), 7) == "+PONG\r\n");
  Caller second{house.loop, house.server.tcp_port()};
  CHECK(second.say_until_closed("") == "-ERR max number of clients reached\r\n");
  CHECK(house.server.statistics().rejected.at("max_clients") == 1);
}

TEST_CASE("replies of many megabytes reach a client that takes them") {
  House house;
  house.node.put_user("big", std::string(1'000'000, 'x'));
  Caller caller{house.loop, house.server.tcp_port()};
  std::string pipeline;
  for (int i = 0; i < 30; ++i) pipeline += Desk::encode({"GET", "big"});
  const std::size_t expected = 30 * (1'000'000 + 12);
  CHECK(caller.say(pipeline, expected).size() == expected);
}

TEST_CASE("when the common budget is used up, whoever holds most is closed") {
  RespSettings settings;
  settings.buffer_bytes_max = 600'000;
  House house{settings};
  Caller modest{house.loop, house.server.tcp_port()};
  Caller greedy{house.loop, house.server.tcp_port()};
  CHECK(modest.say(Desk::encode({"PING"}), 7) == "+PONG\r\n");
  greedy.say_until_closed("*2\r\n$3\r\nSET\r\n$1000000\r\n" + std::string(900'000, 'x'));
  CHECK(greedy.closed);
  CHECK(house.server.statistics().rejected.at("memory") == 1);
  CHECK(modest.say(Desk::encode({"PING"}), 7) == "+PONG\r\n");
}

TEST_CASE("a client that leaves while its call is out is cancelled") {
  House house;
  house.is_silent = true;
  {
    Caller caller{house.loop, house.server.tcp_port()};
    REQUIRE(caller.stream->write(Desk::encode({"SET", "a", "1"})));
    CHECK(run_until(house.loop, [&] { return house.node.calls == 1; }));
  }
  CHECK(run_until(house.loop, [&] { return house.cancels == 1; }));
  CHECK(house.server.clients() == 0);
  house.is_silent = false;
  house.server.on_reply({1}, 1, node::Answer{"+OK\r\n"});  // Too late: nobody is there.
}

TEST_CASE("a drained server answers what was said and then has no clients") {
  House house;
  Caller caller{house.loop, house.server.tcp_port()};
  CHECK(caller.say(Desk::encode({"SET", "a", "1"}), 5) == "+OK\r\n");
  house.server.drain();
  CHECK(run_until(house.loop, [&] { return house.server.is_drained(); }));
  CHECK(run_until(house.loop, [&] { return caller.closed; }));
}

TEST_CASE("the unix socket is a door of its own") {
  House house;
  const std::string path = "/tmp/starling-resp-server-test.sock";
  CHECK(house.server.listen_on(net::UnixSocket{path, 0600}).has_value());
}

}
}
