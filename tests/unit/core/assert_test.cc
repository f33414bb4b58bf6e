#include "core/assert.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace starling::core {
namespace {

struct Ending {
  std::string said;
  int status;
};

Ending ending_of_child(void (*act)()) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const auto child = fork();
  if (child == 0) {
    // doctest's own handler would report the abort that is wanted here.
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDERR_FILENO);
    act();
    _exit(0);
  }
  close(ends[1]);
  Ending ending{};
  std::array<char, 256> chunk{};
  for (ssize_t got; (got = read(ends[0], chunk.data(), chunk.size())) > 0;) {
    ending.said.append(chunk.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  REQUIRE(waitpid(child, &ending.status, 0) == child);
  return ending;
}

}

TEST_CASE("a condition that holds passes in silence") {
  const auto ending = ending_of_child([] { STARLING_ASSERT(1 + 1 == 2); });
  CHECK(ending.said.empty());
  CHECK(WIFEXITED(ending.status));
}

TEST_CASE("a condition that does not hold is printed with its place, and the process aborts") {
  const auto ending = ending_of_child([] { STARLING_ASSERT(1 + 1 == 3); });
  CHECK(ending.said.find("assert_test.cc:") != std::string::npos);
  CHECK(ending.said.find("1 + 1 == 3") != std::string::npos);
  REQUIRE(WIFSIGNALED(ending.status));
  CHECK(WTERMSIG(ending.status) == SIGABRT);
}

}
