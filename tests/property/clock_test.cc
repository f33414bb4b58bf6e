// The hybrid clock under a wall that jumps, peers that lie and a process that is killed at any
// moment: no reading that left the node is ever issued again.

#include "core/clock.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace starling::core {
namespace {

constexpr ClockOptions options{.ahead_ms_max = 500, .lease_ms = 250};
constexpr std::int64_t noon_ms = 1'700'000'000'000;

enum class Act { issue, hear, tick, step, persist, crash };

// A node around the clock, as careful as the contract asks: what leaves is below the synced lease.
struct ClockUser {
  Clock clock{options, {}};
  WallTime wall{noon_ms};
  Hlc synced;  // The lease that survives a crash.
  Hlc left;    // The largest reading that has left this node.
  Hlc newest;  // The largest reading of this run.
  std::int64_t latest_wall = noon_ms;

  Hlc bound_of_wall() const {
    return Hlc::from_ms(static_cast<std::uint64_t>(latest_wall) + options.ahead_ms_max);
  }

  void issue(Hlc floor) {
    const bool is_too_far = clock.is_too_far_ahead(wall, floor);
    const auto reading = clock.issue(wall, floor);
    RC_ASSERT(reading.has_value() != is_too_far);
    if (!reading) return;
    RC_ASSERT(*reading > floor);
    RC_ASSERT(*reading > newest);
    RC_ASSERT(*reading > left);
    newest = *reading;
    if (*reading < synced) left = *reading;
  }

  void hear(Hlc heard) {
    const auto before = clock.newest();
    const bool is_taken = clock.observe(wall, heard);
    RC_ASSERT(is_taken !=
              (heard.ms() > static_cast<std::uint64_t>(wall.ms) + 500 && heard > before));
    RC_ASSERT(clock.newest() == (is_taken ? std::max(before, heard) : before));
  }

  void persist() {
    if (const auto bound = clock.lease_to_persist(wall)) {
      clock.on_lease_persisted(*bound);
      synced = *bound;
      RC_ASSERT(synced > clock.newest());
    }
  }

  void crash() {
    clock = Clock{options, synced};
    newest = {};
  }
};

}

TEST_CASE("no reading that left the node is issued again") {
  const auto unique = [] {
    ClockUser user;
    const auto acts = *rc::gen::container<std::vector<std::pair<Act, std::int64_t>>>(
        rc::gen::pair(rc::gen::element(Act::issue, Act::issue, Act::hear, Act::tick, Act::step,
                                       Act::persist, Act::crash),
                      rc::gen::inRange<std::int64_t>(-2'000, 2'000)));
    std::size_t restarts = 0;
    for (const auto& [act, ms] : acts) {
      const auto near = Hlc::from_ms(static_cast<std::uint64_t>(user.wall.ms + ms));
      switch (act) {
        case Act::issue:
          user.issue(near);
          break;
        case Act::hear:
          user.hear(near);
          break;
        case Act::tick:
          user.wall.ms += std::abs(ms) / 20;
          break;
        case Act::step:
          user.wall.ms += ms;
          break;
        case Act::persist:
          user.persist();
          break;
        case Act::crash:
          user.crash();
          ++restarts;
          break;
      }
      user.latest_wall = std::max(user.latest_wall, user.wall.ms);
      const auto read = user.clock.read(user.wall);
      RC_ASSERT(read == user.clock.newest());
      user.newest = std::max(user.newest, read);
      // Nothing but a wall drives the clock: a peer adds at most its bound, a restart a lease.
      const auto lease = Hlc::from_ms(options.lease_ms).value;
      RC_ASSERT(read.value <= user.bound_of_wall().value + restarts * lease + acts.size());
    }
  };
  CHECK(rc::check("readings are unique and monotone", unique));
}

TEST_CASE("a clock at any instant of its 48 bits reads, issues and leases without wrapping") {
  const auto extreme = [](std::int64_t ms, std::uint64_t lease, std::uint64_t floor) {
    Clock clock{options, {lease}};
    const auto before = clock.newest();
    RC_ASSERT(clock.read({ms}) >= before);
    if (const auto reading = clock.issue({ms}, {floor})) RC_ASSERT(*reading > Hlc{floor});
    if (const auto bound = clock.lease_to_persist({ms})) {
      RC_ASSERT(*bound >= clock.newest() || clock.newest().ms() == Hlc::ms_max);
    }
  };
  CHECK(rc::check("extremes", extreme));
}

}
