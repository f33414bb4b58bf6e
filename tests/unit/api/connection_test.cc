#include "api/connection.h"

#include <doctest/doctest.h>

#include <string>

#include "core/limits.h"
#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

RespSettings with_password() {
  RespSettings settings;
  settings.password = "secret";
  return settings;
}

TEST_CASE("a pipeline is answered in order, wherever it is cut") {
  const auto pipeline = Desk::encode({"SET", "a", "1"}) + Desk::encode({"PING"}) +
                        Desk::encode({"GET", "a"}) + Desk::encode({"nonsense"}) +
                        Desk::encode({"DEL", "a", "b"}) + Desk::encode({"GET", "a"});
  const std::string expected =
      "+OK\r\n+PONG\r\n$1\r\n1\r\n"
      "-ERR unknown command 'nonsense', with args beginning with: \r\n:1\r\n$-1\r\n";
  for (std::size_t cut = 0; cut <= pipeline.size(); ++cut) {
    CAPTURE(cut);
    Desk desk;
    auto heard = desk.say(pipeline.substr(0, cut));
    heard += desk.say(pipeline.substr(cut));
    CHECK(heard == expected);
  }
}

TEST_CASE("all commands of one read are submitted before the first is answered") {
  Desk desk;
  std::string pipeline;
  for (int i = 0; i < 100; ++i) pipeline += Desk::encode({"SET", "k", std::to_string(i)});
  desk.client->receive(pipeline);
  CHECK(desk.node.calls == 100);
  CHECK(desk.client->take_output().empty());
}

TEST_CASE("a parked command holds back what comes after it and not what came before") {
  Desk desk;
  desk.node.put_user("cold", "value");
  desk.node.cold.insert(core::encode_key("cold"));
  const auto heard = desk.say(Desk::encode({"PING"}) + Desk::encode({"GET", "cold"}) +
                              Desk::encode({"SET", "later", "x"}) + Desk::encode({"PING"}));
  CHECK(heard == "+PONG\r\n");
  CHECK_FALSE(desk.node.value_of("later").has_value());
  CHECK_FALSE(desk.client->wants_input());

  desk.node.thaw();
  CHECK(desk.hear() == bulk("value") + "+OK\r\n+PONG\r\n");
  CHECK(desk.client->wants_input());
}

TEST_CASE("whoever does not read is not read") {
  Desk desk;
  desk.node.put_user("big", std::string(100'000, 'x'));
  std::string pipeline;
  for (int i = 0; i < 20; ++i) pipeline += Desk::encode({"GET", "big"});
  desk.client->receive(pipeline);
  CHECK(desk.node.calls == 3);  // 300,000 bytes are above the soft bound.
  CHECK_FALSE(desk.client->wants_input());
  CHECK(desk.hear().size() == 20 * bulk(std::string(100'000, 'x')).size());
}

TEST_CASE("output that was handed on counts until it has left") {
  Desk desk;
  desk.client->set_undelivered(core::limits::output_soft_bytes);
  CHECK(desk.say(Desk::encode({"PING"})).empty());
  desk.client->set_undelivered(0);
  CHECK(desk.hear() == "+PONG\r\n");
}

TEST_CASE("bytes that look like HTTP execute nothing and end the connection") {
  Desk desk;
  const auto heard = desk.say(
      "POST / HTTP/1.1\r\nX: y\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\nHost: localhost\r\n");
  CHECK(heard == "-ERR Protocol error: expected '*', got 'P'\r\n");
  CHECK(desk.client->is_finished());
  CHECK(desk.node.calls == 0);
  CHECK(desk.service.clients.commands == 0);
  CHECK(desk.service.clients.rejected["protocol"] == 1);
}

TEST_CASE("the unix socket takes inline commands and asks for no password") {
  Desk desk{with_password(), Door::unix_socket};
  CHECK(desk.say("SET k \"a b\"\r\nget k\n") == "+OK\r\n" + bulk("a b"));
}

TEST_CASE("redis-cli --pipe ends with an empty line and an echo") {
  Desk desk;
  CHECK(desk.say(Desk::encode({"SET", "k", "v"}) + "\r\n" + Desk::encode({"ECHO", "end"})) ==
        "+OK\r\n" + bulk("end"));
}

TEST_CASE("unknown commands, subcommands and wrong arities are refused in Redis' words") {
  Desk desk;
  CHECK(desk.ask("FOO a b") ==
        "-ERR unknown command 'FOO', with args beginning with: 'a' 'b' \r\n");
  CHECK(desk.ask_words({"FOO", std::string(200, 'x'), "b"}) ==
        "-ERR unknown command 'FOO', with args beginning with: '" + std::string(128, 'x') +
            "' \r\n");
  CHECK(desk.ask("CLIENT X") == "-ERR unknown subcommand 'X'. Try CLIENT HELP.\r\n");
  CHECK(desk.ask("client|id") ==
        "-ERR unknown command 'client|id', with args beginning with: \r\n");
  CHECK(desk.ask("GET") == "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(desk.ask("GET a b") == "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(desk.ask("CLIENT") == "-ERR wrong number of arguments for 'client' command\r\n");
  CHECK(desk.ask("client setname") ==
        "-ERR wrong number of arguments for 'client|setname' command\r\n");
  CHECK(desk.ask_words({"a\r\nb"}) ==
        "-ERR unknown command 'a  b', with args beginning with: \r\n");
}

TEST_CASE("what would lose data or has no merge rule is refused by name") {
  Desk desk;
  CHECK(desk.ask("INCRBY k 1") ==
        "-ERR 'incrby' is refused: concurrent increments on two nodes would be lost; see STARLING "
        "HELP counters\r\n");
  CHECK(desk.ask("HSET k f v") ==
        "-ERR 'hset' is not supported: strings only so far; see STARLING HELP types\r\n");
  CHECK(desk.ask("READONLY") == "-ERR This instance has cluster support disabled\r\n");
  CHECK(desk.ask("STARLING HELP counters").starts_with("*4\r\n+"));
  CHECK(desk.ask("FUNCTION FLUSH") == "+OK\r\n");
  CHECK(desk.ask("SCRIPT LOAD x").starts_with("-ERR unknown command"));
}

TEST_CASE("keys and values over their limits are refused and the connection goes on") {
  RespSettings settings;
  settings.value_bytes_max = 10'000;
  Desk desk{settings};
  const std::string too_large = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
  CHECK(desk.ask_words({"SET", "k", std::string(10'000, 'v')}) == "+OK\r\n");
  CHECK(desk.ask_words({"SET", "k", std::string(10'001, 'v')}) == too_large);
  CHECK(desk.ask_words({"GET", std::string(4096, 'k')}) == "$-1\r\n");
  CHECK(desk.ask_words({"GET", std::string(4097, 'k')}) == too_large);
  CHECK(desk.ask("APPEND k x") == too_large);
  CHECK(desk.ask("SETRANGE k 10000 x") == too_large);
}

TEST_CASE("a refusal of the node is told by name") {
  Desk desk;
  const auto refused = [&desk](node::Refusal why) {
    desk.node.refuses = why;
    return desk.ask("SET k v");
  };
  CHECK(refused(node::Refusal::loading) == "-LOADING starling is opening its store\r\n");
  node::MemberStatus peer;
  peer.offset_ms = -730;
  desk.node.status.members = {peer};
  CHECK(refused(node::Refusal::clock_off) ==
        "-ERR clock is 730 ms off its peers, writes are refused\r\n");
  CHECK(refused(node::Refusal::not_running) == "-ERR starling is stopping\r\n");
  desk.node.refuses.reset();
  CHECK(desk.ask("SET k v") == "+OK\r\n");
}

TEST_CASE("CLIENT REPLY silences one command or all") {
  Desk desk;
  CHECK(desk.ask("CLIENT REPLY SKIP").empty());
  CHECK(desk.ask("SET a 1").empty());
  CHECK(desk.ask("GET a") == "$1\r\n1\r\n");
  CHECK(desk.ask("CLIENT REPLY OFF").empty());
  CHECK(desk.ask("PING").empty());
  CHECK(desk.ask("GET a").empty());
  CHECK(desk.ask("CLIENT REPLY ON") == "+OK\r\n");
  CHECK(desk.ask("PING") == "+PONG\r\n");
}

TEST_CASE("QUIT is answered, after what came before it, and nothing after it runs") {
  Desk desk;
  CHECK(desk.say(Desk::encode({"SET", "a", "1"}) + Desk::encode({"QUIT"}) +
                 Desk::encode({"SET", "a", std::string(5000, 'x')})) == "+OK\r\n+OK\r\n");
  CHECK(desk.client->is_finished());
  CHECK(desk.node.value_of("a") == "1");
  CHECK(desk.service.buffered_bytes < 1000);
}

TEST_CASE("buffers are accounted for until the client is gone") {
  Desk desk;
  desk.client->receive("*2\r\n$3\r\nSET\r\n$500000\r\n" + std::string(60'000, 'x'));
  CHECK(desk.service.buffered_bytes >= 60'000);
  CHECK(desk.service.buffered_bytes < 150'000);
  desk.client.reset();
  CHECK(desk.service.buffered_bytes == 0);
}

}
}
