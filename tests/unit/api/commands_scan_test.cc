#include <doctest/doctest.h>

#include <set>
#include <string>

#include "api/cursors.h"
#include "core/limits.h"
#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

void fill(Desk& desk, int count) {
  for (int i = 0; i < count; ++i) desk.node.put_user("key:" + std::to_string(i), "v");
}

// "*2 cursor *n keys": the cursor, and the keys added to `keys`.
std::string read_page(const std::string& reply, std::set<std::string>& keys) {
  std::vector<std::string> words;
  for (std::size_t at = reply.find('$'); at < reply.size();) {
    const auto end = reply.find("\r\n", at);
    if (reply[at] != '$') {
      at = end + 2;
      continue;
    }
    const auto length = std::stoul(reply.substr(at + 1, end - at - 1));
    words.push_back(reply.substr(end + 2, length));
    at = end + 2 + length + 2;
  }
  for (std::size_t i = 1; i < words.size(); ++i) keys.insert(words[i]);
  return words.at(0);
}

TEST_CASE("a scan gives every key once and ends with cursor 0") {
  Desk desk;
  fill(desk, 95);
  std::set<std::string> keys;
  std::string cursor = "0";
  int pages = 0;
  do {
    cursor = read_page(desk.ask("SCAN " + cursor), keys);
    ++pages;
  } while (cursor != "0");
  CHECK(keys.size() == 95);
  CHECK(pages == 10);
}

TEST_CASE("SCAN knows MATCH, COUNT and TYPE") {
  Desk desk;
  fill(desk, 30);
  desk.node.put_user("other", "v");
  std::set<std::string> keys;
  CHECK(read_page(desk.ask("SCAN 0 COUNT 100 MATCH key:1*"), keys) == "0");
  CHECK(keys.size() == 11);
  keys.clear();
  CHECK(read_page(desk.ask("SCAN 0 MATCH *the* COUNT 1000 TYPE string"), keys) == "0");
  CHECK(keys == std::set<std::string>{"other"});
  CHECK(desk.ask("SCAN 0 TYPE hash") == "*2\r\n$1\r\n0\r\n*0\r\n");
  CHECK(desk.ask("SCAN 0 COUNT 0") == "-ERR syntax error\r\n");
  CHECK(desk.ask("SCAN 0 COUNT x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(desk.ask("SCAN 0 COUNT") == "-ERR syntax error\r\n");
  CHECK(desk.ask("SCAN 0 FOO 1") == "-ERR syntax error\r\n");
}

TEST_CASE("a cursor that was never given out or is forgotten is refused, not an end") {
  Desk desk;
  const std::string invalid = "-ERR invalid cursor\r\n";
  CHECK(desk.ask("SCAN 17") == invalid);
  CHECK(desk.ask("SCAN x") == invalid);
  CHECK(desk.ask("SCAN -1") == invalid);
  fill(desk, 30);
  std::set<std::string> keys;
  const auto cursor = read_page(desk.ask("SCAN 0"), keys);
  std::set<std::string> once;
  std::set<std::string> again;
  read_page(desk.ask("SCAN " + cursor), once);
  read_page(desk.ask("SCAN " + cursor), again);
  CHECK(once == again);
  for (std::size_t i = 0; i < core::limits::cursors_max; ++i) {
    desk.service.cursors.remember({"a", "b"});
  }
  CHECK(desk.ask("SCAN " + cursor) == invalid);
}

TEST_CASE("cursors are bounded in bytes as well") {
  Cursors cursors{1000};
  const auto first = cursors.remember({std::string(8000, 'a'), "b"});
  CHECK(cursors.find(first)->begin.size() == 8000);
  for (int i = 0; i < 1000; ++i) cursors.remember({std::string(8000, 'a'), "b"});
  CHECK_FALSE(cursors.find(first).has_value());
  CHECK_FALSE(cursors.find(0).has_value());
}

TEST_CASE("KEYS goes through everything in steps") {
  Desk desk;
  const auto count = core::limits::scan_records_max + 10;
  fill(desk, static_cast<int>(count));
  CHECK(desk.ask("KEYS *").starts_with("*" + std::to_string(count) + "\r\n"));
  CHECK(desk.ask("KEYS key:12") == "*1\r\n" + bulk("key:12"));
  CHECK(desk.ask("KEYS none*") == "*0\r\n");
}

TEST_CASE("commands after a scan wait for it") {
  Desk desk;
  desk.node.put_user("a", "v");
  CHECK(desk.say(Desk::encode({"KEYS", "*"}) + Desk::encode({"SET", "b", "v"}) +
                 Desk::encode({"KEYS", "*"})) ==
        "*1\r\n" + bulk("a") + "+OK\r\n*2\r\n" + bulk("a") + bulk("b"));
}

TEST_CASE("FLUSHALL is off unless it is allowed, and then deletes every key") {
  Desk closed;
  CHECK(closed.ask("FLUSHALL") == "-ERR FLUSHALL is disabled, set resp.allow_flush\r\n");
  RespSettings settings;
  settings.allow_flush = true;
  Desk desk{settings};
  fill(desk, 1300);
  CHECK(desk.ask("FLUSHALL ASYNC") == "+OK\r\n");
  CHECK(desk.ask("KEYS *") == "*0\r\n");
  CHECK(desk.ask("FLUSHDB FOO") == "-ERR syntax error\r\n");
}

}
}
