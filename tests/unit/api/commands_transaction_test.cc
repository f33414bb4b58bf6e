#include <doctest/doctest.h>

#include <string>

#include "core/limits.h"
#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;

constexpr const char* queued = "+QUEUED\r\n";
constexpr const char* aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n";

TEST_CASE("EXEC runs what was queued as one call") {
  Desk desk;
  CHECK(desk.ask("MULTI") == "+OK\r\n");
  CHECK(desk.ask("SET a 1") == queued);
  CHECK(desk.ask("APPEND a 2") == queued);
  CHECK(desk.ask("PING") == queued);
  CHECK(desk.ask("GET a") == queued);
  CHECK(desk.ask("SET a b c") == queued);
  CHECK(desk.node.calls == 0);
  CHECK(desk.ask("EXEC") == "*5\r\n+OK\r\n:2\r\n+PONG\r\n" + bulk("12") + "-ERR syntax error\r\n");
  CHECK(desk.node.calls == 1);
  desk.ask("MULTI");
  CHECK(desk.ask("EXEC") == "*0\r\n");
}

TEST_CASE("EXEC and DISCARD need a MULTI, and MULTI does not nest") {
  Desk desk;
  CHECK(desk.ask("EXEC") == "-ERR EXEC without MULTI\r\n");
  CHECK(desk.ask("DISCARD") == "-ERR DISCARD without MULTI\r\n");
  desk.ask("MULTI");
  CHECK(desk.ask("MULTI") == "-ERR MULTI calls can not be nested\r\n");
  CHECK(desk.ask("WATCH a") == "-ERR WATCH inside MULTI is not allowed\r\n");
  CHECK(desk.ask("SET a 1") == queued);
  CHECK(desk.ask("DISCARD") == "+OK\r\n");
  CHECK(desk.ask("GET a") == "$-1\r\n");
}

TEST_CASE("a command that cannot be queued dooms the transaction") {
  Desk desk;
  for (const std::string bad : {"NONSENSE", "GET", "INCR a", "SCAN 0", "HELLO 3"}) {
    CAPTURE(bad);
    desk.ask("MULTI");
    CHECK(desk.ask("SET a 1") == queued);
    CHECK(desk.ask(bad).starts_with("-ERR "));
    CHECK(desk.ask("EXEC") == aborted);
    CHECK(desk.ask("GET a") == "$-1\r\n");
  }
}

TEST_CASE("what is queued is bounded") {
  RespSettings settings;
  settings.value_bytes_max = 16 * 1024 * 1024;
  Desk desk{settings};
  desk.ask("MULTI");
  const std::string half(core::limits::transaction_bytes_max / 2 + 1, 'x');
  CHECK(desk.ask_words({"SET", "a", half}) == queued);
  CHECK(desk.ask_words({"SET", "b", half}) ==
        "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
  CHECK(desk.ask("EXEC") == aborted);
}

TEST_CASE("a watched key that changed makes EXEC answer nothing") {
  Desk desk;
  desk.ask("SET a 1");
  CHECK(desk.ask("WATCH a b") == "+OK\r\n");
  desk.node.put_user("a", "changed elsewhere");
  desk.ask("MULTI");
  desk.ask("SET a 2");
  CHECK(desk.ask("EXEC") == "*-1\r\n");
  CHECK(desk.node.value_of("a") == "changed elsewhere");

  desk.ask("MULTI");
  desk.ask("SET a 2");
  CHECK(desk.ask("EXEC") == "*1\r\n+OK\r\n");  // Watched keys are forgotten with EXEC.
}

TEST_CASE("a watched key that did not exist may not appear") {
  Desk desk;
  desk.ask("WATCH a");
  desk.node.put_user("a", "x");
  desk.ask("MULTI");
  CHECK(desk.ask("EXEC") == "*-1\r\n");
  desk.ask("WATCH a");
  desk.ask("MULTI");
  desk.ask("SET a y");
  CHECK(desk.ask("EXEC") == "*1\r\n+OK\r\n");
}

TEST_CASE("UNWATCH and DISCARD forget watched keys") {
  Desk desk;
  for (const std::string forget : {"UNWATCH", "DISCARD"}) {
    desk.ask("WATCH a");
    if (forget == "DISCARD") desk.ask("MULTI");
    CHECK(desk.ask(forget) == "+OK\r\n");
    desk.node.put_user("a", forget);
    desk.ask("MULTI");
    CHECK(desk.ask("EXEC") == "*0\r\n");
  }
}

TEST_CASE("a pipelined transaction is answered in order") {
  Desk desk;
  CHECK(desk.say(Desk::encode({"MULTI"}) + Desk::encode({"SET", "a", "1"}) +
                 Desk::encode({"EXEC"}) + Desk::encode({"GET", "a"})) ==
        "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n" + bulk("1"));
}

}
}
