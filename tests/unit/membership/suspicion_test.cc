#include "membership/suspicion.h"

#include <doctest/doctest.h>

#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

TEST_CASE("logarithms in fixed point are right to the last bit") {
  CHECK(log2_fixed(1) == 0);
  CHECK(log2_fixed(2) == 1 << 16);
  CHECK(log2_fixed(3) == 103872);   // 1.58496 * 65536
  CHECK(log2_fixed(10) == 217705);  // 3.32193 * 65536
  CHECK(log2_fixed(std::uint64_t{1} << 40) == 40 << 16);
  CHECK(log2_fixed(~std::uint64_t{0}) == (64 << 16) - 1);
  CHECK(log10_ceiling(1) == 0);
  CHECK(log10_ceiling(10) == 1);
  CHECK(log10_ceiling(11) == 2);
  CHECK(log10_ceiling(1251) == 4);
  CHECK(log10_ceiling(~std::uint64_t{0}) == 19);
}

TEST_CASE("1,250 members give the figures of memberlist") {
  const auto options = suspicion_for(1250, {});
  CHECK(options.shortest > 12300ms);
  CHECK(options.shortest < 12500ms);
  CHECK(options.longest == options.shortest * 6);
  CHECK(options.wanted == 2);
}

TEST_CASE("a small group has the floor, a tiny one does not wait for witnesses") {
  CHECK(suspicion_for(5, {}).shortest == core::Duration{5s});
  CHECK(suspicion_for(5, {}).longest == core::Duration{30s});
  CHECK(suspicion_for(3, {}).longest == core::Duration{5s});
}

TEST_CASE("witnesses shorten a suspicion, the accuser and repetitions do not") {
  Suspicion suspicion{id_of(1), {10s, 60s, 2}, noon};
  CHECK(suspicion.accuser() == id_of(1));
  CHECK(suspicion.deadline() == noon + 60s);
  CHECK_FALSE(suspicion.confirm(id_of(1)));
  CHECK(suspicion.deadline() == noon + 60s);
  CHECK(suspicion.confirm(id_of(2)));
  CHECK(suspicion.deadline() < noon + 29s);  // 60 - 50 * log 2 / log 3
  CHECK(suspicion.deadline() > noon + 28s);
  CHECK_FALSE(suspicion.confirm(id_of(2)));
  CHECK(suspicion.confirm(id_of(3)));
  CHECK(suspicion.deadline() == noon + 10s);
  CHECK_FALSE(suspicion.confirm(id_of(4)));
  suspicion.restart(noon + 5s);
  CHECK(suspicion.deadline() == noon + 15s);
}

}
}
