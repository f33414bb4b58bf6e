#include <doctest/doctest.h>

#include <string>

#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;
using testing::noon_ms;

TEST_CASE("keys are counted, deleted and told apart") {
  Desk desk;
  desk.ask("MSET a 1 b 2");
  CHECK(desk.ask("EXISTS a b c a") == ":3\r\n");
  CHECK(desk.ask("TOUCH a c") == ":1\r\n");
  CHECK(desk.ask("TYPE a") == "+string\r\n");
  CHECK(desk.ask("TYPE c") == "+none\r\n");
  CHECK(desk.ask("DEL a a c") == ":1\r\n");
  CHECK(desk.ask("UNLINK b") == ":1\r\n");
  CHECK(desk.ask("EXISTS a b") == ":0\r\n");
}

TEST_CASE("a life time is given, told, changed and taken away") {
  Desk desk;
  desk.ask("SET k v");
  CHECK(desk.ask("TTL k") == ":-1\r\n");
  CHECK(desk.ask("TTL none") == ":-2\r\n");
  CHECK(desk.ask("EXPIRE none 10") == ":0\r\n");
  CHECK(desk.ask("EXPIRE k 10") == ":1\r\n");
  CHECK(desk.ask("TTL k") == ":10\r\n");
  CHECK(desk.ask("PEXPIRE k 1499") == ":1\r\n");
  CHECK(desk.ask("TTL k") == ":1\r\n");
  CHECK(desk.ask("PEXPIRE k 1500") == ":1\r\n");
  CHECK(desk.ask("TTL k") == ":2\r\n");
  CHECK(desk.ask("EXPIREAT k " + std::to_string(noon_ms / 1000 + 5)) == ":1\r\n");
  CHECK(desk.ask("EXPIRETIME k") == ":" + std::to_string(noon_ms / 1000 + 5) + "\r\n");
  CHECK(desk.ask("PEXPIREAT k " + std::to_string(noon_ms + 5)) == ":1\r\n");
  CHECK(desk.ask("PTTL k") == ":5\r\n");
  CHECK(desk.ask("PERSIST k") == ":1\r\n");
  CHECK(desk.ask("PERSIST k") == ":0\r\n");
  CHECK(desk.node.value_of("k") == "v");
}

TEST_CASE("a life time ends to the millisecond") {
  Desk desk;
  desk.ask("SET k v PX 100");
  desk.node.now = noon_ms + 99;
  CHECK(desk.ask("GET k") == bulk("v"));
  desk.node.now = noon_ms + 100;
  CHECK(desk.ask("GET k") == "$-1\r\n");
  CHECK(desk.ask("DEL k") == ":0\r\n");
}

TEST_CASE("a life time that has passed deletes") {
  Desk desk;
  for (const std::string command :
       {"EXPIRE k 0", "EXPIRE k -1", "PEXPIREAT k 5", "EXPIREAT k -5"}) {
    desk.ask("SET k v");
    CHECK(desk.ask(command) == ":1\r\n");
    CHECK(desk.ask("GET k") == "$-1\r\n");
  }
}

TEST_CASE("EXPIRE keeps its conditions") {
  Desk desk;
  desk.ask("SET k v");
  CHECK(desk.ask("EXPIRE k 10 XX") == ":0\r\n");
  CHECK(desk.ask("EXPIRE k 10 GT") == ":0\r\n");  // Without an end is later than any.
  CHECK(desk.ask("EXPIRE k 10 NX") == ":1\r\n");
  CHECK(desk.ask("EXPIRE k 20 NX") == ":0\r\n");
  CHECK(desk.ask("EXPIRE k 10 GT") == ":0\r\n");
  CHECK(desk.ask("EXPIRE k 11 gt xx") == ":1\r\n");
  CHECK(desk.ask("EXPIRE k 11 LT") == ":0\r\n");
  CHECK(desk.ask("EXPIRE k 9 LT") == ":1\r\n");
  CHECK(desk.ask("TTL k") == ":9\r\n");
  desk.ask("PERSIST k");
  CHECK(desk.ask("EXPIRE k 9 LT") == ":1\r\n");
}

TEST_CASE("what EXPIRE cannot mean is refused in Redis' words") {
  Desk desk;
  desk.ask("SET k v");
  CHECK(desk.ask("EXPIRE k 1 NX GT") ==
        "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n");
  CHECK(desk.ask("EXPIRE k 1 GT LT") ==
        "-ERR GT and LT options at the same time are not compatible\r\n");
  CHECK(desk.ask("EXPIRE k 1 AB") == "-ERR Unsupported option AB\r\n");
  CHECK(desk.ask("EXPIRE k x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(desk.ask("EXPIRE k 9223372036854775807") ==
        "-ERR invalid expire time in 'expire' command\r\n");
  CHECK(desk.ask("PEXPIRE k -9223372036854775808") ==
        "-ERR invalid expire time in 'pexpire' command\r\n");
  CHECK(desk.ask("TTL k") == ":-1\r\n");
}

TEST_CASE("the form of a value is told as tools expect it") {
  Desk desk;
  desk.ask("SET n 12");
  desk.ask_words({"SET", "short", std::string(44, 'x')});
  desk.ask_words({"SET", "long", std::string(45, 'x')});
  CHECK(desk.ask("OBJECT ENCODING n") == bulk("int"));
  CHECK(desk.ask("OBJECT ENCODING short") == bulk("embstr"));
  CHECK(desk.ask("OBJECT encoding long") == bulk("raw"));
  CHECK(desk.ask("OBJECT ENCODING none") == "$-1\r\n");
  CHECK(desk.ask("OBJECT FREQ n").starts_with("-ERR An LFU maxmemory policy is not selected"));
  CHECK(desk.ask("MEMORY USAGE n").starts_with(":"));
  CHECK(desk.ask("MEMORY USAGE n SAMPLES 0").starts_with(":"));
  CHECK(desk.ask("MEMORY USAGE n FOO") == "-ERR syntax error\r\n");
}

}
}
