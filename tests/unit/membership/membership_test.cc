#include "membership/membership.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "core/limits.h"
#include "unit/membership/group.h"

namespace starling::membership {
namespace {

using namespace testing;

// One Membership, spoken to by hand. Node 0 is itself.
struct Alone {
  Membership node{{}, {id_of(0), "node-0", address_of(0), 5}, core::Prng{1}};
  Effects effects;

  Alone() {
    node.start(noon, effects);
    effects.clear();
  }
  core::Result<void> hears(std::size_t sender, Part part, core::Instant now = noon) {
    return node.on_part(address_of(sender), id_of(sender), part, now, effects);
  }
  template <typename T>
  std::vector<T> taken() {
    std::vector<T> found;
    for (auto& effect : effects) {
      if (auto* wanted = std::get_if<T>(&effect)) found.push_back(*wanted);
    }
    return found;
  }
};

TEST_CASE("a ping is answered to where it came from, and only when it is meant for us") {
  Alone alone;
  CHECK(alone.hears(1, {Ping{7, id_of(0)}, {}}).has_value());
  const auto sent = alone.taken<Send>();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].to == address_of(1));
  CHECK(std::get<Ack>(sent[0].part.question).sequence == 7);

  alone.effects.clear();
  CHECK_FALSE(alone.hears(1, {Ping{8, id_of(2)}, {}}).has_value());
  CHECK(alone.effects.empty());
}

TEST_CASE("an accused node raises its incarnation, persists it and says so in its answer") {
  Alone alone;
  const auto accusation = claim_of(0, MemberState::dead, 9, id_of(3));
  CHECK(alone.hears(1, {Ping{1, id_of(0)}, {accusation}}).has_value());
  CHECK(alone.node.self().incarnation == 10);
  REQUIRE(alone.taken<PersistIncarnation>().size() == 1);
  CHECK(alone.taken<PersistIncarnation>()[0].incarnation == 10);
  const auto sent = alone.taken<Send>();
  REQUIRE(sent.size() == 1);
  CHECK(std::ranges::contains(sent[0].part.updates, alone.node.self()));

  alone.effects.clear();
  CHECK(alone.hears(1, {{}, {claim_of(0, MemberState::suspect, 9, id_of(3))}}).has_value());
  CHECK(alone.node.self().incarnation == 10);
}

TEST_CASE("an accused member that is heard is told at once, and a refuter answers at once") {
  Alone alone;
  CHECK(alone.node.add(claim_of(1, MemberState::suspect, 3, id_of(2)), noon, alone.effects)
            .has_value());
  alone.effects.clear();
  CHECK(alone.hears(1, {}).has_value());
  auto sent = alone.taken<Send>();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].to == address_of(1));
  CHECK(
      std::ranges::contains(sent[0].part.updates, claim_of(1, MemberState::suspect, 3, id_of(2))));
  // Once a period: it may speak a hundred times a second.
  CHECK(alone.hears(1, {}, noon + 999ms).has_value());
  CHECK(alone.taken<Send>().size() == 1);
  CHECK(alone.hears(1, {}, noon + 1s).has_value());
  CHECK(alone.taken<Send>().size() == 2);

  // An accusation in a part without a question, current or long refuted.
  for (const std::uint64_t incarnation : {5, 2}) {
    Alone accused;
    // All that it has to tell at the start has been told.
    for (std::uint32_t i = 0; i < 9; ++i)
      CHECK(accused.hears(2, {Ping{i, id_of(0)}, {}}).has_value());
    accused.effects.clear();
    const auto claim = claim_of(0, MemberState::suspect, incarnation, id_of(1));
    CHECK(accused.hears(1, {{}, {claim}}).has_value());
    sent = accused.taken<Send>();
    REQUIRE(sent.size() == 1);
    CHECK(std::ranges::contains(sent[0].part.updates, accused.node.self()));
  }
}

TEST_CASE("a certificate of death can be refuted whatever its incarnation") {
  const auto largest = std::numeric_limits<std::uint64_t>::max();
  const auto furthest = 5 + largest / 2;  // The newest that there can be for a node at 5.
  for (const auto forged : {std::uint64_t{5}, furthest, largest}) {
    CAPTURE(forged);
    Alone victim;
    Alone believer;
    const auto certificate = claim_of(1, MemberState::dead, forged);
    CHECK(believer.node.add(certificate, noon, believer.effects).has_value());
    CHECK(believer.node.alive_peers().empty());

    CHECK(victim.hears(1, {{}, {claim_of(0, MemberState::dead, forged)}}).has_value());
    const auto refutation = claim_of(1, MemberState::alive, victim.node.self().incarnation);
    CHECK(believer.node.add(refutation, noon, believer.effects).has_value());
    CHECK(believer.node.alive_peers() == std::vector{id_of(1)});
  }
}

TEST_CASE("our own id from another address raises an alarm, once a minute") {
  Alone alone;
  const auto from = [&](Address address, core::Instant now) {
    return alone.node.on_part(address, id_of(0), {}, now, alone.effects);
  };
  CHECK_FALSE(from("10.9.9.9:7", noon).has_value());
  CHECK_FALSE(from("10.9.9.9:7", noon + 59s).has_value());
  REQUIRE(alone.taken<core::Notice>().size() == 1);
  CHECK(alone.taken<core::Notice>()[0].severity == core::Severity::alarm);
  CHECK_FALSE(from("10.9.9.9:7", noon + 60s).has_value());
  CHECK(alone.taken<core::Notice>().size() == 2);

  // In a claim passed on by somebody else.
  auto claim = claim_of(0, MemberState::alive, 5);
  claim.address = "10.9.9.9:7";
  alone.effects.clear();
  CHECK(alone.hears(1, {{}, {claim}}, noon + 120s).has_value());
  CHECK(alone.taken<core::Notice>().size() == 1);
}

TEST_CASE("a member moves to another address with a newer incarnation only") {
  Alone alone;
  CHECK(alone.node.add(claim_of(1), noon, alone.effects).has_value());
  auto moved = claim_of(1);
  moved.address = "10.0.0.77:7";
  CHECK(alone.node.add(moved, noon, alone.effects).has_value());
  CHECK(alone.node.members().find(id_of(1))->address == address_of(1));

  alone.effects.clear();
  moved.incarnation = 2;
  CHECK(alone.node.add(moved, noon, alone.effects).has_value());
  CHECK(alone.node.members().find(id_of(1))->address == "10.0.0.77:7");
  CHECK(alone.taken<Changed>().size() == 1);
}

TEST_CASE("a malformed part changes nothing") {
  Alone alone;
  auto nobody = claim_of(1);
  nobody.id = {};
  auto long_name = claim_of(1);
  long_name.name.assign(core::limits::node_name_bytes_max + 1, 'x');
  auto long_address = claim_of(1);
  long_address.address.assign(core::limits::address_bytes_max + 1, 'x');
  auto no_address = claim_of(1);
  no_address.address.clear();
  auto no_state = claim_of(1);
  no_state.state = static_cast<MemberState>(9);
  for (const auto& bad : {nobody, long_name, long_address, no_address, no_state}) {
    CHECK_FALSE(alone.hears(2, {Ping{1, id_of(0)}, {claim_of(3), bad}}).has_value());
  }
  const Part crowd{{}, std::vector(core::limits::part_updates_max + 1, claim_of(1))};
  CHECK_FALSE(alone.hears(2, crowd).has_value());
  CHECK_FALSE(alone.hears(2, {PingRequest{1, {}, "x"}, {}}).has_value());
  CHECK_FALSE(alone.node.on_part("x", {}, {}, noon, alone.effects).has_value());
  CHECK(alone.effects.empty());
  CHECK(alone.node.members().rows().empty());
}

TEST_CASE("whatever is said, a part stays within its bytes and has one answer") {
  Alone alone;
  const std::string name(core::limits::node_name_bytes_max, 'n');
  const std::string address(core::limits::address_bytes_max - 8, 'a');
  for (std::uint64_t i = 1000; i < 4000; ++i) {
    const MemberUpdate claim{{i}, MemberState::suspect, 1, address + std::to_string(i), name, {}};
    alone.effects.clear();
    CHECK(alone.node.on_part(claim.address, {i}, {Ping{1, id_of(0)}, {claim}}, noon, alone.effects)
              .has_value());
    const auto sent = alone.taken<Send>();
    REQUIRE(sent.size() == 1);
    std::size_t bytes = bytes_of(sent[0].part.question);
    for (const auto& update : sent[0].part.updates) bytes += bytes_of(update);
    CHECK(bytes <= core::limits::membership_part_bytes_max);
  }
  CHECK(alone.node.members().rows().size() <= core::limits::roster_members_max);
}

TEST_CASE("a node that leaves says so and is not suspected") {
  Group group{4, 3};
  group.run(5s);
  Effects farewell;
  group.node(2).leave(farewell);
  CHECK_FALSE(group.node(2).next_deadline().has_value());
  for (const auto& effect : farewell) {
    if (const auto* send = std::get_if<Send>(&effect)) {
      for (const std::size_t to : {0u, 1u, 3u}) {
        if (address_of(to) != send->to) continue;
        Effects ignored;
        CHECK(group.node(to)
                  .on_part(address_of(2), id_of(2), send->part, group.time(), ignored)
                  .has_value());
      }
    }
  }
  group.changes.clear();
  group.run(60s);
  CHECK(group.all_see(2, MemberState::left));
  CHECK(group.changes.empty());
}

TEST_CASE("after a long sleep a node forgives before it accuses") {
  const auto state_at = [](core::Instant woken) {
    Alone alone;
    const auto suspect = claim_of(1, MemberState::suspect, 1, id_of(2));
    CHECK(alone.node.add(suspect, noon, alone.effects).has_value());
    // Awake until a moment before the suspicion ripens, then asleep.
    while (*alone.node.next_deadline() < noon + 4900ms) {
      alone.node.on_time(*alone.node.next_deadline(), alone.effects);
    }
    alone.node.on_time(woken, alone.effects);
    return alone.node.members().find(id_of(1))->state;
  };
  CHECK(state_at(noon + 5s) == MemberState::dead);
  CHECK(state_at(noon + 60s) == MemberState::suspect);
}

TEST_CASE("a failed probe is blamed on oneself only when not even helpers gave a sign") {
  for (const bool helper_is_heard : {false, true}) {
    Alone alone;
    CHECK(alone.node.add(claim_of(1), noon, alone.effects).has_value());
    CHECK(alone.node.add(claim_of(2), noon, alone.effects).has_value());
    const auto is_suspected = [&](std::size_t index) {
      return alone.node.members().find(id_of(index))->state == MemberState::suspect;
    };
    while (!is_suspected(1) && !is_suspected(2)) {
      const auto now = *alone.node.next_deadline();
      alone.effects.clear();
      alone.node.on_time(now, alone.effects);
      for (const auto& send : alone.taken<Send>()) {
        const bool is_helper = std::holds_alternative<PingRequest>(send.part.question);
        const auto helper = send.to == address_of(1) ? id_of(1) : id_of(2);
        if (is_helper && helper_is_heard) alone.node.on_heard(helper, now);
      }
    }
    CHECK(alone.node.poor_health() == (helper_is_heard ? 0 : 1));
  }
}

TEST_CASE(
    "of many silent members only a few are accused at a time, and the accuser doubts itself") {
  Group group{9, 5};
  group.run(5s);
  group.passes = [](std::size_t, std::size_t to) { return to != 0; };
  std::size_t most = 0;
  for (int second = 0; second < 20; ++second) {
    group.run(1s);
    std::size_t suspects = 0;
    for (const auto& [id, member] : group.node(0).members().rows()) {
      suspects += member.state == MemberState::suspect ? 1 : 0;
    }
    most = std::max(most, suspects);
  }
  CHECK(most == 3);
  CHECK(group.node(0).poor_health() >= 2);
  // It hears nobody; everybody hears it, and nobody believes it for long.
  group.passes = [](auto, auto) { return true; };
  group.run(60s);
  for (std::size_t i = 0; i < 9; ++i) CHECK(group.all_see(i, MemberState::alive));
  CHECK(group.node(0).poor_health() == 0);
}

}
}
