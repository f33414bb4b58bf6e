#include "reconcile/leaves.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::Filled;
using testing::numbered_key;
using testing::only;

constexpr auto whole = [] { return core::all_users(); };

// The first chunk is read and compared.
std::optional<Leaves::Step> first_step(Leaves& leaves, const Filled& ours,
                                       std::size_t records_max = 10'000) {
  Effects effects;
  leaves.ask(effects);
  for (const auto& list : only<List>(effects)) {
    auto listing = ours.side.list(list.range, {.records_max = records_max, .bytes_max = 1 << 20});
    leaves.on_listed(list.ticket, listing);
  }
  return leaves.take_step();
}

TEST_CASE("a leaf yields what the peer lacks and what we want of it") {
  const Filled ours{3};
  Tickets tickets;
  Leaves leaves{ours.index(), tickets, Purpose::repair};
  auto newer = ours.item(numbered_key(1));
  newer.hlc.value += 1;
  const Item unknown{12345, {1}, 0};
  leaves.add({{whole(), {ours.item(numbered_key(0)), newer, unknown}}, ours.basis().cut, 2});
  const auto step = first_step(leaves, ours);
  REQUIRE(step.has_value());
  CHECK(step->has_difference);
  CHECK(step->only_theirs == 1);
  REQUIRE(step->differing.size() == 2);
  CHECK(step->differing[0].ahead == Ahead::theirs);
  CHECK(step->differing[1].ours.key == numbered_key(2));
  CHECK(step->differing[1].ours.value_bytes == 5);
  REQUIRE(step->wish.has_value());
  CHECK(step->wish->wanted.keys == std::vector<std::uint32_t>{newer.key, 12345});
  CHECK(step->wish->ours.empty());
  CHECK(step->wish->round == 2);
  CHECK(leaves.is_empty());
}

TEST_CASE("a comparison keeps our side of what differs, and wants all that differs") {
  const Filled ours{3};
  Tickets tickets;
  Leaves leaves{ours.index(), tickets, Purpose::compare};
  auto older = ours.item(numbered_key(1));
  older.hlc.value -= 1;
  leaves.add({{whole(), {ours.item(numbered_key(0)), older}}, ours.basis().cut, 2});
  const auto step = first_step(leaves, ours);
  CHECK(step->wish->wanted.keys == std::vector{older.key});
  REQUIRE(step->wish->ours.size() == 1);
  CHECK(step->wish->ours[0].key == numbered_key(1));
}

TEST_CASE("a long leaf is compared chunk by chunk, and wants only at its end") {
  const Filled ours{3};
  Tickets tickets;
  Leaves leaves{ours.index(), tickets, Purpose::repair};
  leaves.add({{whole(), {}}, ours.basis().cut, 2});
  const auto first = first_step(leaves, ours, 2);
  CHECK(first->differing.size() == 2);
  CHECK(first->is_first);
  CHECK_FALSE(first->wish.has_value());
  const auto last = first_step(leaves, ours, 2);
  CHECK(last->differing.size() == 1);
  CHECK_FALSE(last->is_first);
  CHECK(last->wish.has_value());
}

TEST_CASE("a leaf whose cut is gone is lost as a whole") {
  Filled ours{3};
  Tickets tickets;
  Leaves leaves{ours.index(), tickets, Purpose::repair};
  leaves.add({{whole(), {}}, ours.basis().cut, 2});
  ours.age();
  const auto step = first_step(leaves, ours, 2);
  CHECK(step->is_lost);
  CHECK(step->range == whole());
  CHECK(leaves.is_empty());
}

TEST_CASE("records newer than the cut do not count") {
  Filled ours{3};
  ours.side.put(numbered_key(9), testing::value_record(
                                     core::Hlc::from_ms(testing::loaded_until_ms).value, 1, "new"));
  Tickets tickets;
  Leaves leaves{ours.index(), tickets, Purpose::repair};
  leaves.add({{whole(), {}}, ours.basis().cut, 2});
  CHECK(first_step(leaves, ours)->differing.size() == 3);
}

}
}
