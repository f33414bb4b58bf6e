#include <doctest/doctest.h>

#include <string>

#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

constexpr const char* wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
constexpr const char* noauth = "-NOAUTH Authentication required.\r\n";

RespSettings with_password() {
  RespSettings settings;
  settings.password = "secret";
  return settings;
}

TEST_CASE("HELLO answers in the dialect that it chose") {
  Desk desk;
  const std::string fields =
      bulk("server") + bulk("redis") + bulk("version") + bulk("7.2.4") + bulk("proto");
  const std::string rest = bulk("id") + ":1\r\n" + bulk("mode") + bulk("standalone") +
                           bulk("role") + bulk("master") + bulk("modules") + "*0\r\n";
  CHECK(desk.ask("HELLO") == "*14\r\n" + fields + ":2\r\n" + rest);
  CHECK(desk.ask("hello 3") == "%7\r\n" + fields + ":3\r\n" + rest);
  CHECK(desk.ask("GET none") == "_\r\n");
  CHECK(desk.ask("CONFIG GET save") == "%1\r\n" + bulk("save") + bulk(""));
  CHECK(desk.ask("HELLO 2 SETNAME me") == "*14\r\n" + fields + ":2\r\n" + rest);
  CHECK(desk.ask("CLIENT GETNAME") == bulk("me"));
}

TEST_CASE("HELLO refuses what it does not know, and then changes nothing") {
  Desk desk;
  CHECK(desk.ask("HELLO 4") == "-NOPROTO unsupported protocol version\r\n");
  CHECK(desk.ask("HELLO x") == "-ERR Protocol version is not an integer or out of range\r\n");
  CHECK(desk.ask("HELLO 3 FOO") == "-ERR Syntax error in HELLO option 'FOO'\r\n");
  CHECK(desk.ask("HELLO 3 AUTH default") == "-ERR Syntax error in HELLO option 'AUTH'\r\n");
  CHECK(desk.ask_words({"HELLO", "3", "SETNAME", "a b"}) ==
        "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
  CHECK(desk.ask("GET none") == "$-1\r\n");
}

TEST_CASE("without the password little is possible") {
  Desk desk{with_password()};
  CHECK(desk.ask("GET a") == noauth);
  CHECK(desk.ask("PING") == noauth);
  CHECK(desk.ask("HELLO 3").starts_with("-NOAUTH HELLO must be called with the client already"));
  CHECK(desk.ask("AUTH wrong") == wrong);
  CHECK(desk.ask("AUTH secre") == wrong);
  CHECK(desk.ask("AUTH secretx") == wrong);
  CHECK(desk.ask_words({"AUTH", ""}) == wrong);
  CHECK(desk.ask("AUTH other secret") == wrong);
  CHECK(desk.ask("HELLO 3 AUTH default wrong") == wrong);
  CHECK(desk.node.calls == 0);
  CHECK(desk.ask("AUTH secret") == "+OK\r\n");
  CHECK(desk.ask("GET a") == "$-1\r\n");
  CHECK(desk.ask("RESET") == "+RESET\r\n");
  CHECK(desk.ask("GET a") == noauth);
  CHECK(desk.ask("HELLO 3 AUTH default secret").starts_with("%7\r\n"));
  CHECK(desk.ask("GET a") == "_\r\n");
}

TEST_CASE("before the password a command is ten words of 16 KiB") {
  Desk desk{with_password()};
  CHECK(desk.say("*11\r\n") == "-ERR Protocol error: unauthenticated multibulk length\r\n");
  CHECK(desk.client->is_finished());
}

TEST_CASE("AUTH without a password configured says so") {
  Desk desk;
  CHECK(desk.ask("AUTH x").starts_with("-ERR AUTH <password> called without any password"));
  CHECK(desk.ask("AUTH default x") == "+OK\r\n");
  CHECK(desk.ask("AUTH other x") == wrong);
}

TEST_CASE("there is database 0") {
  Desk desk;
  CHECK(desk.ask("SELECT 0") == "+OK\r\n");
  CHECK(desk.ask("SELECT 1") == "-ERR DB index is out of range\r\n");
  CHECK(desk.ask("SELECT x") == "-ERR value is not an integer or out of range\r\n");
}

TEST_CASE("a client names itself, its library, and is listed") {
  Desk desk;
  CHECK(desk.ask("PING hi") == bulk("hi"));
  CHECK(desk.ask("PING a b") == "-ERR wrong number of arguments for 'ping' command\r\n");
  CHECK(desk.ask("CLIENT GETNAME") == "$-1\r\n");
  CHECK(desk.ask("CLIENT SETNAME worker") == "+OK\r\n");
  CHECK(desk.ask("client setinfo LIB-NAME redis-py") == "+OK\r\n");
  CHECK(desk.ask("client setinfo lib-ver 6.1") == "+OK\r\n");
  CHECK(desk.ask("client setinfo foo bar") == "-ERR Unrecognized option 'foo'\r\n");
  CHECK(desk.ask("CLIENT ID") == ":1\r\n");
  CHECK(desk.ask("CLIENT NO-EVICT on") == "+OK\r\n");
  CHECK(desk.ask("CLIENT NO-TOUCH perhaps") == "-ERR syntax error\r\n");
  const auto list = desk.ask("CLIENT LIST");
  CHECK(list.find("id=1 addr=127.0.0.1:5000") != std::string::npos);
  CHECK(list.find(" name=worker ") != std::string::npos);
  CHECK(list.find(" lib-name=redis-py lib-ver=6.1\n") != std::string::npos);
  CHECK(desk.ask("CLIENT INFO").find(" cmd=client|info ") != std::string::npos);
  CHECK(desk.ask("CLIENT HELP").starts_with("*11\r\n+client"));
}

}
}
