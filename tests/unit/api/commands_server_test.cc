#include <doctest/doctest.h>

#include <string>

#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

bool has(const std::string& text, const std::string& line) {
  return text.find(line + "\r\n") != std::string::npos;
}

TEST_CASE("INFO tells clients what they wait for") {
  Desk desk;
  CHECK(has(desk.ask("info"), "loading:1"));
  desk.node.status.is_ready = true;
  desk.node.status.live_records = 7;
  desk.node.status.name = "edge-a";
  const auto info = desk.ask("INFO");
  for (const std::string line :
       {"loading:0", "async_loading:0", "redis_version:7.2.4", "redis_mode:standalone",
        "role:master", "db0:keys=7,expires=0,avg_ttl=0", "# Starling", "node_name:edge-a",
        "used_memory:12345678", "maxclients:1000", "maxmemory_policy:noeviction"}) {
    CAPTURE(line);
    CHECK(has(info, line));
  }
  CHECK_FALSE(has(info, "# Commandstats"));
}

TEST_CASE("INFO takes names of sections, several at once, in any case") {
  Desk desk;
  const auto info = desk.ask("INFO Server CLIENTS nonsense");
  CHECK(has(info, "# Server"));
  CHECK(has(info, "connected_clients:1"));
  CHECK_FALSE(has(info, "# Memory"));
  CHECK(desk.ask("INFO nonsense") == bulk(""));
  CHECK(has(desk.ask("INFO everything"), "# Commandstats"));
}

TEST_CASE("INFO counts commands, errors, hits and misses") {
  Desk desk;
  desk.ask("SET a 1");
  desk.ask("GET a");
  desk.ask("GET b");
  desk.ask("GET");
  desk.ask("SET a 1 FOO");
  desk.ask("FOO");
  const auto info = desk.ask("INFO all");
  CHECK(has(info, "keyspace_hits:1"));
  CHECK(has(info, "keyspace_misses:1"));
  CHECK(has(info, "total_commands_processed:7"));
  CHECK(has(info, "errorstat_ERR:count=3"));
  CHECK(info.find("cmdstat_get:calls=2,usec=") != std::string::npos);
  CHECK(info.find(",rejected_calls=1,failed_calls=0\r\n") != std::string::npos);
  CHECK(info.find(",rejected_calls=0,failed_calls=1\r\n") != std::string::npos);
  CHECK(desk.ask("CONFIG RESETSTAT") == "+OK\r\n");
  CHECK(has(desk.ask("INFO stats"), "keyspace_hits:0"));
}

TEST_CASE("CONFIG GET answers what clients ask of Redis") {
  Desk desk;
  CHECK(desk.ask("CONFIG GET save") == "*2\r\n" + bulk("save") + bulk(""));
  CHECK(desk.ask("config get DATABASES appendonly") ==
        "*4\r\n" + bulk("appendonly") + bulk("yes") + bulk("databases") + bulk("1"));
  CHECK(desk.ask("CONFIG GET maxmemory*") == "*4\r\n" + bulk("maxmemory") + bulk("100663296") +
                                                 bulk("maxmemory-policy") + bulk("noeviction"));
  CHECK(desk.ask("CONFIG GET nonsense") == "*0\r\n");
  CHECK(desk.ask("CONFIG SET save x") == "-ERR unknown subcommand 'SET'. Try CONFIG HELP.\r\n");
}

TEST_CASE("TIME, DBSIZE and MODULE LIST") {
  Desk desk;
  desk.node.now += 250;
  CHECK(desk.ask("TIME") == "*2\r\n" + bulk("1800000000") + bulk("250000"));
  desk.node.status.live_records = 12;
  CHECK(desk.ask("DBSIZE") == ":12\r\n");
  CHECK(desk.ask("MODULE LIST") == "*0\r\n");
}

}
}
