#include "membership/probe.h"

#include <doctest/doctest.h>

#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

TEST_CASE("a probe waits, then asks helpers once, then leaves the rest to the period") {
  Probe probe;
  CHECK(probe.state() == Probe::State::resting);
  CHECK_FALSE(probe.next_deadline().has_value());

  probe.begin({id_of(1), 7, 500ms}, noon);
  CHECK(probe.state() == Probe::State::direct);
  CHECK(probe.next_deadline() == noon + 500ms);
  CHECK(probe.is_waiting_for(7));
  CHECK_FALSE(probe.is_waiting_for(8));

  probe.ask({id_of(2)}, noon + 500ms);
  CHECK(probe.state() == Probe::State::indirect);
  CHECK(probe.asked_at() == noon + 500ms);
  CHECK_FALSE(probe.next_deadline().has_value());
  CHECK(probe.is_waiting_for(7));

  probe.end();
  CHECK_FALSE(probe.is_waiting_for(7));
  probe.begin({id_of(3), 8, 500ms}, noon + 1s);
  CHECK(probe.helpers().empty());
  CHECK(probe.target() == id_of(3));
}

}
}
