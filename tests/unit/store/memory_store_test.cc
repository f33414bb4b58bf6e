#include "store/memory_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "support/records.h"

namespace starling::store {
namespace {

using core::encode_key;
using ports::Presence;
using testing::make_change;
using testing::make_value;

// One batch of two records and a fact.
void write(MemoryStore& store, int number) {
  const auto name = std::to_string(number);
  const ports::Batch batch{
      {make_change("a" + name, make_value(1, name)), make_change("b" + name, make_value(1, name))},
      {{ports::Meta::horizon, name}},
      0};
  REQUIRE(store.write(batch).has_value());
}

bool holds(const MemoryStore& store, core::BytesView user_key) {
  return store.read(encode_key(user_key)).presence == Presence::found;
}

TEST_CASE("a crash keeps what was synced and a prefix of whole batches of the rest") {
  std::set<std::uint64_t> losses;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    Disk disk{core::Prng{seed}};
    MemoryStore store{disk};
    for (int i = 0; i < 3; ++i) write(store, i);
    REQUIRE(store.sync().has_value());
    for (int i = 3; i < 6; ++i) write(store, i);

    const auto lost = disk.crash();
    losses.insert(lost);
    const auto left = 6 - static_cast<int>(lost);
    for (int i = 0; i < 6; ++i) {
      CHECK(holds(store, "a" + std::to_string(i)) == (i < left));
      CHECK(holds(store, "b" + std::to_string(i)) == (i < left));
    }
    CHECK(*store.read_meta(ports::Meta::horizon) == std::to_string(left - 1));
    CHECK(disk.written() == 6 - lost);
    CHECK(disk.synced() == 6 - lost);
    CHECK(disk.crash() == 0);
  }
  CHECK(losses == std::set<std::uint64_t>{0, 1, 2, 3});
}

TEST_CASE("a sync covers what was written when it began, not what came meanwhile") {
  std::uint64_t lost_most = 0;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Disk disk{core::Prng{seed}};
    MemoryStore store{disk};
    write(store, 0);
    const auto begun = disk.written();
    write(store, 1);
    disk.mark_synced(begun);
    disk.mark_synced(0);  // An older sync that ends late takes nothing back.
    CHECK(disk.synced() == 1);
    lost_most = std::max(lost_most, disk.crash());
    CHECK(holds(store, "a0"));
  }
  CHECK(lost_most == 1);
}

TEST_CASE("faults come as often as asked for, and the same seed brings the same ones") {
  const auto run = [](std::uint64_t seed) {
    Disk disk{core::Prng{seed}};
    MemoryStore store{disk};
    write(store, 0);
    disk.set_faults({.misses = 300, .refusals = 200});
    std::string trace;
    for (int i = 0; i < 1000; ++i) {
      const auto read = store.read(encode_key("a0")).presence;
      trace += read == Presence::not_in_memory ? 'm' : '.';
      trace += *store.write({}) == ports::WriteOutcome::refused ? 'r' : '.';
      CHECK(store.fetch(encode_key("a0"))->presence == Presence::found);
    }
    return trace;
  };
  const auto trace = run(1);
  CHECK(std::ranges::count(trace, 'm') == doctest::Approx(300).epsilon(0.2));
  CHECK(std::ranges::count(trace, 'r') == doctest::Approx(200).epsilon(0.2));
  CHECK(trace == run(1));
  CHECK(trace != run(2));
}

TEST_CASE("rot stays until it is overwritten, over restarts too") {
  Disk disk{core::Prng{1}};
  {
    MemoryStore store{disk};
    write(store, 0);
    CHECK(disk.corrupt(encode_key("a0")));
    CHECK_FALSE(disk.corrupt(encode_key("nobody")));
  }
  MemoryStore store{disk};
  CHECK(store.read(encode_key("a0")).presence == Presence::corrupt);
  write(store, 0);
  CHECK(holds(store, "a0"));
}

TEST_CASE("a snapshot outlives a crash of what it saw") {
  Disk disk{core::Prng{1}};
  MemoryStore store{disk};
  for (int i = 0; i < 50; ++i) write(store, i);
  const auto snapshot = store.snapshot();
  REQUIRE(disk.crash() > 0);
  const auto listing = snapshot->list(core::all_users(), {ports::Want::heads, 1000, 1'000'000});
  REQUIRE(listing.has_value());
  CHECK(listing->records.size() == 100);
}

}
}
