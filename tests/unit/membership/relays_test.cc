#include "membership/relays.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

TEST_CASE("a relay is taken once, and not after its time") {
  Relays relays;
  CHECK(relays.add(1, {id_of(4), address_of(4), 99, noon + 1s}));
  CHECK(relays.add(2, {id_of(4), address_of(4), 98, noon + 2s}));
  relays.expire(noon + 1s);
  CHECK_FALSE(relays.take(1).has_value());
  const auto relay = relays.take(2);
  REQUIRE(relay.has_value());
  CHECK(relay->sequence == 98);
  CHECK_FALSE(relays.take(2).has_value());
}

TEST_CASE("nobody can make us remember more than so many") {
  Relays relays;
  for (std::uint32_t i = 0; i < core::limits::probe_relays_max; ++i) {
    CHECK(relays.add(i, {id_of(1), address_of(1), i, noon}));
  }
  CHECK_FALSE(relays.add(100'000, {id_of(1), address_of(1), 1, noon}));
  relays.expire(noon);
  CHECK(relays.add(100'000, {id_of(1), address_of(1), 1, noon}));
}

}
}
