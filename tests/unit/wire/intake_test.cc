#include "wire/intake.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace starling::wire {
namespace {

using core::Errc;
using Numbers = std::vector<std::uint64_t>;

}

TEST_CASE("a list is taken whole or not at all") {
  const Numbers list{1, 2, 3};
  Intake roomy{1000};
  CHECK(take_numbers<std::uint64_t>(list, 3, "numbers", roomy) == list);
  CHECK_FALSE(roomy.refusal());
  CHECK(take_numbers<std::uint64_t>(list, 2, "numbers", roomy).empty());
  CHECK(roomy.refusal() == core::Error{Errc::over_limit, "too many numbers"});
}

TEST_CASE("after a refusal nothing is handed out") {
  Intake intake{1000};
  intake.refuse(Errc::foreign, "a stranger");
  CHECK(intake.bytes("abc", 10, "bytes").empty());
  CHECK(intake.admit(1, 10, 1, "things") == 0);
  CHECK(intake.refusal()->detail == "a stranger");
}

TEST_CASE("a list stops at the element that is refused") {
  Intake intake{1000};
  int taken = 0;
  const auto take = [&](std::uint64_t number) {
    ++taken;
    intake.require(number != 2, "a two");
    return number;
  };
  static_cast<void>(take_list<std::uint64_t>(Numbers{1, 2, 3}, 10, "numbers", intake, take));
  CHECK(taken == 2);
}

TEST_CASE("no more than twice the message is allocated, and a little") {
  Intake intake{1000};  // 3,024 bytes may be taken.
  CHECK(intake.admit(300, 1000, 10, "things") == 300);
  CHECK(intake.admit(2, 1000, 10, "things") == 2);
  CHECK(intake.admit(1, 1000, 10, "things") == 0);
  CHECK(intake.refusal()->code == Errc::over_limit);
}

TEST_CASE("strings that live inside their object cost nothing") {
  Intake intake{0};
  for (int i = 0; i < 1000; ++i) CHECK(intake.bytes("fifteen letters", 20, "bytes").size() == 15);
  CHECK(intake.bytes(std::string(1023, 'x'), 2000, "bytes").size() == 1023);
  CHECK(intake.bytes("sixteen letters.", 20, "bytes").empty());
}

}
