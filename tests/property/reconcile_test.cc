// Two replicas, planted differences: a comparison finds exactly what was planted, a repair makes
// both equal, and a second session moves nothing.

#include <doctest/doctest.h>

#include <set>

#include "core/key.h"
#include "support/reconcile_pair.h"

namespace starling {
namespace {

using reconcile::Outcome;
using testing::Pair;
using testing::Records;

struct Stores {
  Records a;
  Records b;
};

// From none to five thousand keys, small stores more often, so that thousands of pairs are cheap.
std::size_t draw_size(core::Prng& prng) {
  constexpr std::size_t sizes[] = {0, 1, 3, 30, 100, 100, 300, 300, 1000, 5000};
  const auto most = sizes[prng.below(std::size(sizes))];
  return static_cast<std::size_t>(prng.below(most + 1));
}

core::Bytes draw_key(core::Prng& prng) {
  core::Bytes key = "item/";
  for (auto left = 1 + prng.below(12); left > 0; --left) {
    key.push_back(static_cast<char>(prng.below(256)));
  }
  return core::encode_key(key);
}

core::Record draw_record(core::Prng& prng) {
  const auto hlc = core::Hlc::from_ms(1 + prng.below(testing::loaded_until_ms - 5000)).value;
  const auto origin = 1 + prng.below(3);
  if (prng.chance(1, 5)) return testing::tombstone(hlc, origin);
  return testing::value_record(hlc, origin, core::Bytes(prng.below(40), 'v'));
}

// One key that is not the same on both sides any more.
void plant(core::Prng& prng, Stores& stores, const core::Bytes& key) {
  auto& here = prng.chance(1, 2) ? stores.a : stores.b;
  const auto kind = prng.below(6);
  auto& record = here[key];
  if (kind == 0) {
    here.erase(key);
  } else if (kind == 1) {  // One clock reading, two writers.
    const auto& stamp = record.head.stamp;
    record = testing::value_record(stamp.hlc.value, stamp.origin.value + 3, "other writer");
  } else if (kind == 2) {  // What must never be: one stamp, two records.
    const auto& stamp = record.head.stamp;
    record = testing::value_record(stamp.hlc.value, stamp.origin.value, "impossible");
  } else if (kind == 3) {
    record = testing::tombstone(core::Hlc::from_ms(testing::loaded_until_ms - 4000).value, 9);
  } else {
    record = draw_record(prng);
  }
}

Stores draw_stores(core::Prng& prng) {
  Stores stores;
  for (auto left = draw_size(prng); left > 0; --left) stores.a[draw_key(prng)] = draw_record(prng);
  stores.b = stores.a;
  std::vector<core::Bytes> keys;
  for (const auto& [key, record] : stores.a) keys.push_back(key);
  if (keys.empty() || prng.chance(1, 10)) return stores;
  if (prng.chance(1, 20)) {
    (prng.chance(1, 2) ? stores.a : stores.b).clear();
    return stores;
  }
  const auto count = 1 + prng.below(prng.chance(1, 4) ? keys.size() : 1 + keys.size() / 20);
  const auto start = prng.below(keys.size());
  const bool is_cluster = prng.chance(1, 2);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto place = is_cluster ? (start + i) % keys.size() : prng.below(keys.size());
    plant(prng, stores, keys[place]);
  }
  return stores;
}

// By brute force: key, and the heads on both sides.
using Difference =
    std::tuple<core::Bytes, std::optional<core::RecordHead>, std::optional<core::RecordHead>>;

std::set<Difference> differences(const Records& ours, const Records& theirs) {
  std::set<Difference> different;
  const auto head_in = [](const Records& records, const core::Bytes& key) {
    const auto found = records.find(key);
    return found == records.end() ? std::nullopt : std::optional{found->second.head};
  };
  for (const auto* side : {&ours, &theirs}) {
    for (const auto& [key, record] : *side) {
      const Difference one{key, head_in(ours, key), head_in(theirs, key)};
      if (std::get<1>(one) != std::get<2>(one)) different.insert(one);
    }
  }
  return different;
}

Records joined(const Stores& stores) {
  auto all = stores.a;
  for (const auto& [key, record] : stores.b) {
    const auto [held, is_new] = all.emplace(key, record);
    if (!is_new && core::wins_over(record, held->second)) held->second = record;
  }
  return all;
}

void check_comparison(Pair& pair, const Stores& stores) {
  pair.compare(pair.a);
  REQUIRE(pair.run());
  REQUIRE(pair.a.ended.size() == 1);
  std::multiset<Difference> found;
  for (const auto& one : pair.a.found) found.insert({one.key, one.ours, one.theirs});
  const auto planted = differences(stores.a, stores.b);
  CHECK(found == std::multiset<Difference>{planted.begin(), planted.end()});
  CHECK(pair.a.ended[0].outcome == (planted.empty() ? Outcome::equal : Outcome::compared));
  CHECK(pair.a.ended[0].figures.keys_differ == planted.size());
  CHECK(pair.a.store == stores.a);
  CHECK(pair.b.store == stores.b);
}

void check_repair(Pair& pair, const Stores& stores) {
  const auto is_different = stores.a != stores.b;
  pair.a.ended.clear();
  pair.beat(pair.a);
  REQUIRE(pair.run());
  CHECK(pair.a.ended.size() == (is_different ? 1 : 0));
  const auto wanted = joined(stores);
  CHECK(pair.a.store == wanted);
  CHECK(pair.b.store == wanted);
  for (const auto& end : pair.a.ended) CHECK(end.outcome == Outcome::repaired);
}

void check_quiet(Pair& pair) {
  pair.a.ended.clear();
  pair.beat(pair.a);
  pair.beat(pair.b);
  REQUIRE(pair.run());
  CHECK(pair.a.ended.empty());
  CHECK(pair.b.ended.empty());
}

TEST_CASE("a thousand pairs: what differs is found, repaired, and stays repaired") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng);
    Pair pair{stores.a, stores.b, {.seed = seed, .store_delay_us_max = prng.below(3) * 1000}};
    check_comparison(pair, stores);
    check_repair(pair, stores);
    check_quiet(pair);
    REQUIRE(pair.errors.empty());
  }
}

}
}
