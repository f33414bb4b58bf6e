#include <doctest/doctest.h>

#include <string>

#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;
using testing::noon_ms;

constexpr const char* null = "$-1\r\n";
constexpr const char* ok = "+OK\r\n";
constexpr const char* syntax = "-ERR syntax error\r\n";
constexpr const char* not_an_integer = "-ERR value is not an integer or out of range\r\n";

TEST_CASE("SET and GET") {
  Desk desk;
  CHECK(desk.ask("GET k") == null);
  CHECK(desk.ask("set k v") == ok);
  CHECK(desk.ask("gEt k") == bulk("v"));
  const std::string binary{"\0\r\n\xff", 4};
  CHECK(desk.ask_words({"SET", binary, binary}) == ok);
  CHECK(desk.ask_words({"GET", binary}) == bulk(binary));
  CHECK(desk.ask_words({"SET", "empty", ""}) == ok);
  CHECK(desk.ask("GET empty") == bulk(""));
}

TEST_CASE("SET decides by what is there") {
  Desk desk;
  CHECK(desk.ask("SET k a XX") == null);
  CHECK(desk.ask("SET k a NX") == ok);
  CHECK(desk.ask("SET k b NX") == null);
  CHECK(desk.ask("SET k b XX") == ok);
  CHECK(desk.ask("SET k c GET") == bulk("b"));
  CHECK(desk.ask("SET k d NX GET") == bulk("c"));
  CHECK(desk.node.value_of("k") == "c");
  CHECK(desk.ask("SET new e NX GET") == null);
  CHECK(desk.node.value_of("new") == "e");
  CHECK(desk.ask("SET k a NX XX") == syntax);
  CHECK(desk.ask("SET k a XX NX") == syntax);
  CHECK(desk.ask("SET k a FOO") == syntax);
}

TEST_CASE("SET gives a life time in four forms") {
  Desk desk;
  CHECK(desk.ask("SET k v EX 10") == ok);
  CHECK(desk.ask("PTTL k") == ":10000\r\n");
  CHECK(desk.ask("SET k v px 1500") == ok);
  CHECK(desk.ask("PTTL k") == ":1500\r\n");
  CHECK(desk.ask("SET k v EXAT " + std::to_string(noon_ms / 1000 + 60)) == ok);
  CHECK(desk.ask("TTL k") == ":60\r\n");
  CHECK(desk.ask("SET k v PXAT " + std::to_string(noon_ms + 7)) == ok);
  CHECK(desk.ask("PEXPIRETIME k") == ":" + std::to_string(noon_ms + 7) + "\r\n");
  CHECK(desk.ask("SET k w KEEPTTL") == ok);
  CHECK(desk.ask("PTTL k") == ":7\r\n");
  CHECK(desk.ask("SET k w") == ok);
  CHECK(desk.ask("PTTL k") == ":-1\r\n");
  CHECK(desk.ask("SET k v PXAT 5") == ok);  // Long past.
  CHECK(desk.ask("GET k") == null);
}

TEST_CASE("life times that make no sense are refused in Redis' words") {
  Desk desk;
  const std::string invalid = "-ERR invalid expire time in 'set' command\r\n";
  CHECK(desk.ask("SET k v EX 0") == invalid);
  CHECK(desk.ask("SET k v EX -1") == invalid);
  CHECK(desk.ask("SET k v PXAT -1") == invalid);
  CHECK(desk.ask("SET k v EX 9223372036854775807") == invalid);
  CHECK(desk.ask("SET k v EX 281474976710") == invalid);
  CHECK(desk.ask("SET k v EX 9223372036854775808") == not_an_integer);
  CHECK(desk.ask("SET k v EX 1.5") == not_an_integer);
  CHECK(desk.ask("SET k v EX") == syntax);
  CHECK(desk.ask("SET k v EX 10 PX 10") == syntax);
  CHECK(desk.ask("SET k v EX 10 KEEPTTL") == syntax);
  CHECK(desk.ask("SETEX k 0 v") == "-ERR invalid expire time in 'setex' command\r\n");
  CHECK(desk.ask("PSETEX k x v") == not_an_integer);
  CHECK(desk.node.writes == 0);
}

TEST_CASE("the older spellings of SET") {
  Desk desk;
  CHECK(desk.ask("SETEX k 10 v") == ok);
  CHECK(desk.ask("TTL k") == ":10\r\n");
  CHECK(desk.ask("PSETEX k 10 v") == ok);
  CHECK(desk.ask("PTTL k") == ":10\r\n");
  CHECK(desk.ask("SETNX k w") == ":0\r\n");
  CHECK(desk.ask("SETNX n w") == ":1\r\n");
  CHECK(desk.ask("GETSET k x") == bulk("v"));
  CHECK(desk.ask("PTTL k") == ":-1\r\n");
  CHECK(desk.ask("GETSET m x") == null);
  CHECK(desk.ask("GETDEL k") == bulk("x"));
  CHECK(desk.ask("GETDEL k") == null);
}

TEST_CASE("GETEX changes the life time and only that") {
  Desk desk;
  desk.ask("SET k v");
  CHECK(desk.ask("GETEX k") == bulk("v"));
  CHECK(desk.node.writes == 1);
  CHECK(desk.ask("GETEX k EX 10") == bulk("v"));
  CHECK(desk.ask("TTL k") == ":10\r\n");
  CHECK(desk.ask("GETEX k PERSIST") == bulk("v"));
  CHECK(desk.ask("TTL k") == ":-1\r\n");
  CHECK(desk.ask("GETEX k PERSIST EX 1") == syntax);
  CHECK(desk.ask("GETEX k KEEPTTL") == syntax);
  CHECK(desk.ask("GETEX none EX 10") == null);
  CHECK(desk.ask("GETEX k EX 0") == "-ERR invalid expire time in 'getex' command\r\n");
}

TEST_CASE("several keys at once are one call") {
  Desk desk;
  CHECK(desk.ask("MSET a 1 b 2 a 3") == ok);
  CHECK(desk.node.calls == 1);
  CHECK(desk.ask("MGET a b c") == "*3\r\n$1\r\n3\r\n$1\r\n2\r\n$-1\r\n");
  CHECK(desk.node.calls == 2);
  CHECK(desk.ask("MSET a 1 b") == "-ERR wrong number of arguments for 'mset' command\r\n");
  CHECK(desk.ask("MSETNX c 1 a 1") == ":0\r\n");
  CHECK(desk.ask("MSETNX c 1 d 1") == ":1\r\n");
}

TEST_CASE("a reply beyond the hard bound is refused as a whole") {
  RespSettings settings;
  settings.value_bytes_max = 16 * 1024 * 1024;
  Desk desk{settings};
  desk.node.put_user("big", std::string(12'000'000, 'x'));
  CHECK(desk.ask("MGET big big").size() > 24'000'000);
  CHECK(desk.ask("MGET big big big") ==
        "-ERR the reply exceeds the output limit of a connection; ask for less at once\r\n");
}

TEST_CASE("parts of a value") {
  Desk desk;
  CHECK(desk.ask("STRLEN k") == ":0\r\n");
  CHECK(desk.ask("APPEND k Hello") == ":5\r\n");
  CHECK(desk.ask("PEXPIRE k 1000") == ":1\r\n");
  CHECK(desk.ask("APPEND k World") == ":10\r\n");
  CHECK(desk.ask("PTTL k") == ":1000\r\n");
  CHECK(desk.ask("GETRANGE k 0 -1") == bulk("HelloWorld"));
  CHECK(desk.ask("SUBSTR k 5 100") == bulk("World"));
  CHECK(desk.ask("GETRANGE k -3 -2") == bulk("rl"));
  CHECK(desk.ask("GETRANGE k -2 -3") == bulk(""));
  CHECK(desk.ask("GETRANGE k -200 -100") == bulk("H"));
  CHECK(desk.ask("GETRANGE k 10 12") == bulk(""));
  CHECK(desk.ask("GETRANGE none 0 1") == bulk(""));
  CHECK(desk.ask("GETRANGE k 0 x") == not_an_integer);
  CHECK(desk.ask("SETRANGE k 5 Earth") == ":10\r\n");
  CHECK(desk.ask("SETRANGE k 12 !") == ":13\r\n");
  CHECK(desk.node.value_of("k") == std::string("HelloEarth\0\0!", 13));
  CHECK(desk.ask("PTTL k") == ":1000\r\n");
  CHECK(desk.ask("SETRANGE k -1 x") == "-ERR offset is out of range\r\n");
  CHECK(desk.ask_words({"SETRANGE", "none", "5", ""}) == ":0\r\n");
  CHECK_FALSE(desk.node.value_of("none").has_value());
}

}
}
