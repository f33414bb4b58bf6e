#include <doctest/doctest.h>

#include <set>
#include <string>

#include "api/command_table.h"
#include "api/refusals.h"
#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

TEST_CASE("every row of the table can be found, and says what it is") {
  std::set<std::string_view> names;
  for (const auto& row : command_table()) {
    CAPTURE(row.name);
    CHECK(find_command(row.name) == &row);
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.summary.empty());
    CHECK_FALSE(row.group.empty());
    CHECK(row.arity != 0);
    CHECK_FALSE(refusal_of(row.name).has_value());
    CHECK(std::holds_alternative<std::monostate>(row.handler) <= row.has(flag_container));
    if (row.is_subcommand()) CHECK(find_command(row.name.substr(0, row.name.find('|'))));
    if (std::holds_alternative<DataHandler>(row.handler)) CHECK(row.keys.first > 0);
    if (row.has(flag_per_node)) CHECK(row.has(flag_write));
  }
}

TEST_CASE("COMMAND tells arity, flags and keys") {
  Desk desk;
  CHECK(desk.ask("COMMAND INFO get nonsense") ==
        "*2\r\n*10\r\n" + bulk("get") +
            ":2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"
            "*3\r\n+@read\r\n+@string\r\n+@fast\r\n*0\r\n*0\r\n*0\r\n*-1\r\n");
  const auto count = desk.ask("COMMAND COUNT");
  CHECK(desk.ask("COMMAND").starts_with("*" + count.substr(1)));
  CHECK(desk.ask("COMMAND LIST").starts_with("*" + count.substr(1)));
  CHECK(desk.ask("COMMAND LIST FILTERBY PATTERN mset*") ==
        "*2\r\n" + bulk("mset") + bulk("msetnx"));
  CHECK(desk.ask("COMMAND LIST FILTERBY FOO x") == "-ERR syntax error\r\n");
}

TEST_CASE("COMMAND DOCS says of every decision that it is this node's") {
  Desk desk;
  CHECK(desk.ask("COMMAND DOCS nonsense") == "*0\r\n");
  const auto docs = desk.ask("COMMAND DOCS get setnx");
  CHECK(docs.starts_with("*4\r\n" + bulk("get") + "*6\r\n" + bulk("summary")));
  CHECK(docs.find(std::string{per_node_note}) != std::string::npos);
  CHECK(desk.ask("COMMAND DOCS get").find(std::string{per_node_note}) == std::string::npos);
  desk.ask("HELLO 3");
  CHECK(desk.ask("COMMAND DOCS client").starts_with("%1\r\n" + bulk("client") + "%4\r\n"));
}

TEST_CASE("COMMAND GETKEYS finds the keys of a whole command") {
  Desk desk;
  CHECK(desk.ask("COMMAND GETKEYS MSET a 1 b 2") == "*2\r\n" + bulk("a") + bulk("b"));
  CHECK(desk.ask("COMMAND GETKEYS del a b") == "*2\r\n" + bulk("a") + bulk("b"));
  CHECK(desk.ask("COMMAND GETKEYS object encoding a") == "*1\r\n" + bulk("a"));
  CHECK(desk.ask("COMMAND GETKEYS PING") == "-ERR The command has no key arguments\r\n");
  CHECK(desk.ask("COMMAND GETKEYS GET") ==
        "-ERR Invalid number of arguments specified for command\r\n");
  CHECK(desk.ask("COMMAND GETKEYS nonsense") == "-ERR Invalid command specified\r\n");
}

}
}
