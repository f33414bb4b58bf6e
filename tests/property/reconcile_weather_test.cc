// Sessions in bad weather: cuts that go while a session lasts, writes meanwhile, lines that break,
// and answers that make no sense. All of it ends, and none of it harms a record.

#include <doctest/doctest.h>

#include "core/key.h"
#include "support/reconcile_pair.h"

namespace starling {
namespace {

using namespace std::chrono_literals;
using reconcile::Message;
using reconcile::Outcome;
using testing::Pair;
using testing::Records;
using testing::Side;

core::Bytes key_of(std::uint64_t number) {
  return core::encode_key("k/" + std::to_string(1'000'000 + number * 7919 % 1'000'000));
}

core::Record record_at(core::Prng& prng, std::uint64_t ms, std::uint64_t origin) {
  const core::Hlc hlc{core::Hlc::from_ms(ms).value + prng.below(1000)};
  if (prng.chance(1, 8)) return testing::tombstone(hlc.value, origin);
  return testing::value_record(hlc.value, origin, core::Bytes(prng.below(200), 'v'));
}

struct Stores {
  Records a;
  Records b;
};

// Each key on one side or on both, now and then in two versions.
Stores draw_stores(core::Prng& prng, std::uint64_t keys) {
  Stores stores;
  const auto odds = 2 + prng.below(30);
  for (std::uint64_t i = 0; i < keys; ++i) {
    const auto record = record_at(prng, 1 + prng.below(500'000), 1);
    if (!prng.chance(1, odds)) stores.a[key_of(i)] = record;
    if (!prng.chance(1, odds)) stores.b[key_of(i)] = record;
    if (prng.chance(1, odds)) stores.b[key_of(i)] = record_at(prng, 600'000, 2);
  }
  return stores;
}

bool are_equal(const Pair& pair) { return pair.a.store == pair.b.store; }

TEST_CASE("cuts that go in mid-walk cost time and no difference") {
  std::size_t outlived = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng, 2000);
    Pair pair{stores.a, stores.b, {.seed = seed, .store_delay_us_max = 3'000'000}};
    const auto began_at = pair.a.index.newest_cut();
    pair.beat(pair.a);
    REQUIRE(pair.run());
    REQUIRE(pair.a.ended.size() == 1);
    CHECK(pair.a.ended[0].outcome == Outcome::repaired);
    if (pair.a.ended[0].figures.cut.second > began_at.second + core::limits::cuts_kept) ++outlived;
    CHECK(are_equal(pair));
    REQUIRE(pair.errors.empty());
  }
  CHECK(outlived > 10);  // Sessions that no single cut would have lasted for.
}

TEST_CASE("a comparison that outlives its cut still names each key once, and the right ones") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng, 2000);
    Pair pair{stores.a, stores.b, {.seed = seed, .store_delay_us_max = 3'000'000}};
    pair.compare(pair.b);
    REQUIRE(pair.run());
    REQUIRE(pair.b.ended.size() == 1);
    CAPTURE(pair.b.ended[0].trouble);
    CHECK(pair.b.ended[0].outcome == Outcome::compared);
    std::map<core::Bytes, int> found;
    for (const auto& one : pair.b.found) ++found[one.key];
    std::map<core::Bytes, int> wanted;
    for (const auto* side : {&stores.a, &stores.b}) {
      for (const auto& [key, record] : *side) {
        const auto in_a = stores.a.find(key);
        const auto in_b = stores.b.find(key);
        const bool is_equal =
            in_a != stores.a.end() && in_b != stores.b.end() && in_a->second == in_b->second;
        if (!is_equal) wanted[key] = 1;
      }
    }
    CHECK(found == wanted);
  }
}

TEST_CASE("a comparison of a range names what differs there and nothing else") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng, 3000);
    const auto prefix = "k/1" + std::to_string(prng.below(100));
    const auto range = core::range_of_prefix(prefix);
    Pair pair{stores.a, stores.b, {.seed = seed}};
    pair.compare(pair.a, range);
    REQUIRE(pair.run());
    std::size_t wanted = 0;
    for (const auto& [key, record] : stores.a) {
      const auto other = stores.b.find(key);
      const bool is_equal = other != stores.b.end() && other->second == record;
      if (range.contains(key) && !is_equal) ++wanted;
    }
    for (const auto& [key, record] : stores.b) {
      if (range.contains(key) && !stores.a.contains(key)) ++wanted;
    }
    CHECK(pair.a.found.size() == wanted);
    CHECK(pair.a.ended.at(0).figures.keys_differ == wanted);
    for (const auto& one : pair.a.found) CHECK(range.contains(one.key));
  }
}

TEST_CASE("both sides write, beat and break the line now and then: in the end they are equal") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng, 500);
    Pair pair{stores.a, stores.b, {.seed = seed, .store_delay_us_max = 400'000}};
    for (int turn = 0; turn < 100; ++turn) {
      for (auto* side : {&pair.a, &pair.b}) {
        for (auto left = prng.below(5); left > 0; --left) {
          side->put(key_of(prng.below(600)), record_at(prng, pair.now_ms(), side->id.value));
        }
        if (prng.chance(1, 3)) pair.beat(*side);
      }
      if (prng.chance(1, 20)) pair.cut_line();
      pair.run_for(std::chrono::milliseconds{prng.below(600)});
    }
    for (int turn = 0; turn < 20 && !are_equal(pair); ++turn) {
      pair.run_for(4s);
      pair.beat(prng.chance(1, 2) ? pair.a : pair.b);
      REQUIRE(pair.run());
    }
    CHECK(are_equal(pair));
    CHECK(pair.errors.empty());
  }
}

TEST_CASE("a repair keeps to its pace, whoever opens it") {
  Records all;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    all[key_of(i)] = testing::value_record(i + 1, 1, core::Bytes(1000, 'v'));
  }
  Records half;
  for (const auto& [key, record] : all) {
    if (half.size() < 1500) half.emplace(key, record);
  }
  for (const bool is_pulled : {true, false}) {
    CAPTURE(is_pulled);
    Pair pair{half, all, {.bytes_per_second = 100'000}};
    const auto began = pair.now();
    pair.beat(is_pulled ? pair.a : pair.b);
    REQUIRE(pair.run());
    CHECK(pair.errors.empty());
    CHECK(are_equal(pair));
    // 1.5 MB, of which the burst of one MiB goes at once.
    CHECK(pair.now() - began > 3s);
    CHECK(pair.now() - began < 15s);
  }
}

// ---- answers that make no sense -----------------------------------------------------------------

core::Bytes garbage_key(core::Prng& prng) {
  if (prng.chance(1, 2)) return key_of(prng.below(1000));
  core::Bytes key(prng.below(6), 'u');
  for (auto& byte : key) byte = static_cast<char>(prng.below(256));
  return prng.chance(1, 2) ? "u" + key : key;
}

core::Range garbage_range(core::Prng& prng) {
  if (prng.chance(1, 4)) return core::all_users();
  return {garbage_key(prng), garbage_key(prng)};
}

void spoil(core::Prng& prng, reconcile::Division& division) {
  switch (prng.below(6)) {
    case 0:
      division.range = garbage_range(prng);
      break;
    case 1:
      division.level = static_cast<std::uint8_t>(prng.below(256));
      break;
    case 2:
      division.boundaries.resize(prng.below(40), static_cast<std::uint32_t>(prng.next()));
      break;
    case 3:
      division.fingerprints.resize(division.boundaries.size() + 1);
      break;
    case 4:
      for (auto& one : division.fingerprints) one = prng.next();
      break;
    default:
      division.boundaries.clear();
      division.fingerprints = {prng.next()};
  }
}

template <typename List>
void shuffle_size(core::Prng& prng, List& list) {
  if (prng.chance(1, 4)) list.clear();
  if (!list.empty() && prng.chance(1, 4)) list.push_back(list[prng.below(list.size())]);
  if (!list.empty() && prng.chance(1, 4)) std::swap(list.front(), list.back());
}

struct Spoil {
  core::Prng& prng;
  void operator()(reconcile::Probe& probe) { probe.basis.cut.second += prng.below(3); }
  void operator()(reconcile::ProbeReply& reply) {
    if (prng.chance(1, 4)) reply.verdict = static_cast<reconcile::Verdict>(prng.below(9));
    shuffle_size(prng, reply.train);
    for (auto& division : reply.train) spoil(prng, division);
  }
  void operator()(reconcile::Descend& descend) {
    shuffle_size(prng, descend.divisions);
    shuffle_size(prng, descend.to_list);
    for (auto& division : descend.divisions) spoil(prng, division);
    for (auto& range : descend.to_list) range = garbage_range(prng);
  }
  void operator()(reconcile::DescendReply& reply) {
    if (prng.chance(1, 8)) reply.gone = true;
    if (prng.chance(1, 8)) reply.request += static_cast<std::uint32_t>(prng.below(3));
    shuffle_size(prng, reply.divisions);
    shuffle_size(prng, reply.lists);
    for (auto& division : reply.divisions) {
      if (prng.chance(1, 3)) spoil(prng, division);
    }
    for (auto& list : reply.lists) {
      if (prng.chance(1, 8)) list.range = garbage_range(prng);
      if (prng.chance(1, 4)) shuffle_size(prng, list.items);
    }
  }
  void operator()(reconcile::Pull& pull) {
    shuffle_size(prng, pull.wanted);
    for (auto& wanted : pull.wanted) wanted.range = garbage_range(prng);
  }
  void operator()(reconcile::PullReply& reply) {
    shuffle_size(prng, reply.records);
    if (prng.chance(1, 2)) reply.value_bytes.resize(reply.records.size());
    reply.is_complete = prng.chance(1, 2);
    if (prng.chance(1, 8)) reply.gone = true;
  }
  void operator()(reconcile::Push& push) {
    shuffle_size(prng, push.records);
    for (auto& record : push.records) {
      if (prng.chance(1, 20)) record.key = garbage_key(prng);
    }
  }
  void operator()(reconcile::PushReply& reply) {
    reply.request += static_cast<std::uint32_t>(prng.below(3));
  }
  void operator()(reconcile::Abort&) {}
};

TEST_CASE("whatever a peer says, sessions end, and no record is there that was never written") {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    core::Prng prng{seed};
    const auto stores = draw_stores(prng, prng.chance(1, 2) ? 100 : 2000);
    Pair pair{stores.a, stores.b, {.seed = seed, .store_delay_us_max = 1000}};
    const auto odds = 1 + prng.below(4);
    pair.on_the_way = [&](Side& from, Message& message) {
      if (from.id == pair.b.id && prng.chance(1, odds)) std::visit(Spoil{prng}, message);
      return !prng.chance(1, 50);
    };
    for (int turn = 0; turn < 3; ++turn) {
      pair.beat(turn == 1 ? pair.b : pair.a);
      pair.compare(turn == 1 ? pair.b : pair.a);
      REQUIRE(pair.run(40min));
    }
    refused += pair.errors.size();
    CHECK(pair.a.reconcile.sessions_open() == 0);
    CHECK(pair.b.reconcile.sessions_open() == 0);
    for (const auto* side : {&pair.a, &pair.b}) {
      for (const auto& [key, record] : side->store) {
        const auto is_in = [&](const Records& records) {
          const auto found = records.find(key);
          return found != records.end() && found->second == record;
        };
        REQUIRE((core::is_encoded_key(key)));
        if (stores.a.contains(key) || stores.b.contains(key)) {
          REQUIRE((is_in(stores.a) || is_in(stores.b)));
        }
      }
    }
  }
  CHECK(refused > 100);
}

// Answers every question with one level more, for ever, all of it different.
TEST_CASE("a peer that always has a deeper difference is walked to the leaves and no further") {
  core::Prng prng{7};
  const auto stores = draw_stores(prng, 4000);
  Pair pair{stores.a, stores.a, {}};
  pair.b.put(key_of(4001), testing::value_record(1, 1, "planted"));
  std::size_t questions = 0;
  pair.on_the_way = [&](Side&, Message& message) {
    if (auto* reply = std::get_if<reconcile::ProbeReply>(&message)) {
      for (auto& division : reply->train) division.level = 5;
    } else if (auto* asked = std::get_if<reconcile::Descend>(&message)) {
      ++questions;
      (void)asked;
    } else if (auto* answer = std::get_if<reconcile::DescendReply>(&message)) {
      answer->divisions.clear();
      for (auto& list : answer->lists) {
        answer->divisions.push_back(
            {.range = list.range, .level = 0, .boundaries = {}, .fingerprints = {prng.next()}});
      }
      answer->lists.clear();
    }
    return true;
  };
  pair.compare(pair.a);
  REQUIRE(pair.run(40min));
  CHECK(questions < 50);
}

}
}
