// What every store promises (ports/store.h), asked of each of them in the same words.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "contract/store_homes.h"
#include "core/limits.h"
#include "store/key_layout.h"

namespace starling {
namespace {

using core::encode_key;
using ports::Meta;
using ports::Presence;
using ports::Want;
using testing::make_change;
using testing::make_noise;
using testing::make_stub;
using testing::make_tombstone;
using testing::make_value;
using testing::MemoryHome;
using testing::RocksHome;

constexpr std::size_t plenty = 1'000'000'000;
constexpr ports::ListOptions all_heads{Want::heads, plenty, plenty};
constexpr ports::ListOptions all_values{Want::values, plenty, plenty};

void write(ports::Store& store, std::vector<ports::RecordChange> changes) {
  const auto outcome = store.write({std::move(changes), {}, 0});
  REQUIRE(outcome.has_value());
  REQUIRE(*outcome == ports::WriteOutcome::written);
}

core::Record read(const ports::Store& store, core::BytesView user_key) {
  const auto result = store.read(encode_key(user_key));
  REQUIRE(result.presence == Presence::found);
  return result.record;
}

ports::ReadResult fetch(const ports::Store& store, core::BytesView user_key) {
  auto result = store.fetch(encode_key(user_key));
  REQUIRE(result.has_value());
  return *result;
}

ports::Listing list(const ports::Store& store, const core::Range& range,
                    ports::ListOptions options) {
  auto listing = store.snapshot()->list(range, options);
  REQUIRE(listing.has_value());
  return *std::move(listing);
}

std::vector<core::Bytes> keys_of(const ports::Listing& listing) {
  std::vector<core::Bytes> keys;
  for (const auto& listed : listing.records) keys.push_back(listed.key);
  return keys;
}

TEST_CASE_TEMPLATE("what was written is read, fetched and listed", Home, MemoryHome, RocksHome) {
  Home home;
  const auto value = make_value(1, "one", 900);
  const auto tombstone = make_tombstone(2);
  const auto stub = make_stub(3, 800);
  write(home.store(),
        {make_change("a", value), make_change("b", tombstone), make_change("c", stub)});

  CHECK(home.store().read(encode_key("nobody")).presence == Presence::absent);
  CHECK(fetch(home.store(), "nobody").presence == Presence::absent);
  CHECK(read(home.store(), "a") == value);
  CHECK(read(home.store(), "b") == tombstone);
  CHECK(read(home.store(), "c") == stub);
  CHECK(fetch(home.store(), "a").record == value);
  const auto listing = list(home.store(), core::all_users(), all_values);
  REQUIRE(keys_of(listing) == std::vector{encode_key("a"), encode_key("b"), encode_key("c")});
  CHECK(listing.records[0].record == value);
  CHECK(listing.records[1].record == tombstone);
  CHECK(listing.records[2].record == stub);
  CHECK(listing.covered == core::all_users());
}

TEST_CASE_TEMPLATE("values of every size come back whole", Home, MemoryHome, RocksHome) {
  Home home;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096},
        std::size_t{200 * 1024}, core::limits::value_bytes_max}) {
    CAPTURE(size);
    const auto key = "value of " + std::to_string(size);
    const auto value = make_value(size + 1, make_noise(size, size));
    write(home.store(), {make_change(key, value)});
    CHECK(read(home.store(), key) == value);
    home.restart();
    CHECK(fetch(home.store(), key).record == value);

    const auto range = core::range_of_prefix(key);
    const auto heads = list(home.store(), range, all_heads);
    REQUIRE(heads.records.size() == 1);
    CHECK(heads.records[0].record.head == value.head);
    CHECK(heads.records[0].record.value.empty());
    CHECK(heads.records[0].value_bytes == size);
    const auto values = list(home.store(), range, all_values);
    REQUIRE(values.records.size() == 1);
    CHECK(values.records[0].record == value);
    CHECK(values.records[0].value_bytes == size);
  }
}

TEST_CASE_TEMPLATE("a key may change between large, small and gone", Home, MemoryHome, RocksHome) {
  Home home;
  const std::vector history{make_value(1, make_noise(9000, 1)), make_value(2, "small"),
                            make_value(3, make_noise(8000, 3)), make_tombstone(4),
                            make_value(5, make_noise(9000, 5)), make_value(6, "")};
  std::optional<core::Record> before;
  for (const auto& record : history) {
    write(home.store(), {make_change("k", record, before)});
    CHECK(read(home.store(), "k") == record);
    before = record;
  }
  write(home.store(), {make_change("k", make_value(7, make_noise(9000, 7)), before),
                       make_change("k", history[1], make_value(7, ""))});
  CHECK(read(home.store(), "k") == history[1]);
}

TEST_CASE_TEMPLATE("keys are any bytes and keep their order", Home, MemoryHome, RocksHome) {
  Home home;
  using namespace std::string_literals;
  std::vector<core::Bytes> user_keys{""s,
                                     "\0"s,
                                     "\0\0"s,
                                     "\0\xFF"s,
                                     "\x01"s,
                                     "a"s,
                                     "a\0"s,
                                     "a\0b"s,
                                     "aa"s,
                                     "\xFF\xFF"s,
                                     core::Bytes(4096, '\0')};
  std::vector<ports::RecordChange> changes;
  for (const auto& key : user_keys) changes.push_back(make_change(key, make_value(1, key)));
  write(home.store(), std::move(changes));

  std::ranges::sort(user_keys);
  const auto listing = list(home.store(), core::all_users(), all_values);
  REQUIRE(listing.records.size() == user_keys.size());
  for (std::size_t i = 0; i < user_keys.size(); ++i) {
    CHECK(listing.records[i].key == encode_key(user_keys[i]));
    CHECK(listing.records[i].record.value == user_keys[i]);
    CHECK(read(home.store(), user_keys[i]).value == user_keys[i]);
  }
}

TEST_CASE_TEMPLATE("facts about the node are kept", Home, MemoryHome, RocksHome) {
  Home home;
  CHECK(*home.store().read_meta(Meta::origin) == std::nullopt);
  ports::Batch batch;
  for (const auto meta : {Meta::origin, Meta::incarnation, Meta::clock_lease, Meta::roster,
                          Meta::horizon, Meta::completeness, Meta::frozen}) {
    batch.meta.emplace_back(meta, "fact " + std::to_string(static_cast<int>(meta)));
  }
  batch.records.push_back(make_change("beside them", make_value(1, "in one batch")));
  REQUIRE(home.store().write_patiently(batch).has_value());
  home.restart();
  for (const auto& [meta, value] : batch.meta) CHECK(*home.store().read_meta(meta) == value);
  CHECK(fetch(home.store(), "beside them").record.value == "in one batch");
}

TEST_CASE_TEMPLATE("a listing ends at its limits and goes on from there", Home, MemoryHome,
                   RocksHome) {
  Home home;
  std::vector<ports::RecordChange> changes;
  for (int i = 100; i < 150; ++i) {
    changes.push_back(
        make_change(std::to_string(i), make_value(1, make_noise(i % 2 ? 50 : 5000, 1))));
  }
  write(home.store(), std::move(changes));
  const auto whole = list(home.store(), core::all_users(), all_values);
  REQUIRE(whole.records.size() == 50);

  const auto walk = [&](ports::ListOptions options) {
    std::vector<core::Bytes> keys;
    std::size_t largest = 0;
    for (core::Range rest = core::all_users(); !rest.is_empty();) {
      const auto part = list(home.store(), rest, options);
      REQUIRE(!part.records.empty());
      CHECK(part.covered.begin == rest.begin);
      const auto is_last = part.covered.end == rest.end;
      CHECK((is_last || part.covered.end == part.records.back().key + '\0'));
      for (const auto& listed : part.records) keys.push_back(listed.key);
      largest = std::max(largest, part.records.size());
      rest.begin = part.covered.end;
    }
    CHECK(keys == keys_of(whole));
    return largest;
  };
  CHECK(walk({Want::heads, 7, plenty}) == 7);
  CHECK(walk({Want::heads, 50, plenty}) == 50);
  CHECK(walk({Want::heads, 0, plenty}) == 1);
  CHECK(walk({Want::heads, plenty, 0}) == 1);
  CHECK(walk({Want::values, plenty, 4000}) == 1);
  // Of heads only what is listed counts, not the values that stay behind.
  CHECK(walk({Want::heads, plenty, 400}) == 400 / (7 + core::record_header_bytes_max));
}

TEST_CASE_TEMPLATE("a range holds its begin and not its end", Home, MemoryHome, RocksHome) {
  Home home;
  write(home.store(), {make_change("a", make_value(1, "")), make_change("b", make_value(1, "")),
                       make_change("c", make_tombstone(1))});
  const auto listed = [&](core::Range range) {
    return keys_of(list(home.store(), range, all_heads));
  };
  CHECK(listed({encode_key("a"), encode_key("c")}) ==
        std::vector{encode_key("a"), encode_key("b")});
  CHECK(listed({encode_key("b"), encode_key("b")}).empty());
  CHECK(listed({encode_key("c"), encode_key("a")}).empty());
  // The store's own keys (c has one) are no records, whoever asks.
  CHECK(listed({"", "\xFF"}).size() == 3);
  CHECK(listed({"s", "t"}).empty());
}

TEST_CASE_TEMPLATE("a record that rotted is known by name and spreads nowhere", Home, MemoryHome,
                   RocksHome) {
  Home home;
  const std::vector<std::pair<core::Bytes, core::Record>> sound{
      {"large", make_value(1, make_noise(50'000, 1))}, {"small", make_value(1, "small")}};
  for (const auto& [key, record] : sound) {
    CAPTURE(key);
    write(home.store(), {make_change(key, record), make_change(key + "+", make_value(1, "well"))});
    home.rot(key);
    const auto fetched = fetch(home.store(), key);
    CHECK(fetched.presence == Presence::corrupt);
    CHECK(fetched.record.value.empty());
    CHECK(fetched.record.head == record.head);
    CHECK(home.store().read(encode_key(key)).presence != Presence::found);

    const auto listing = list(home.store(), core::range_of_prefix(key), all_values);
    CHECK(listing.corrupt == std::vector{encode_key(key)});
    CHECK(keys_of(listing) == std::vector{encode_key(key + "+")});

    write(home.store(), {make_change(key, record, record)});
    CHECK(read(home.store(), key) == record);
  }
}

TEST_CASE_TEMPLATE("bytes that decode to no record are corrupt, even among heads", Home, MemoryHome,
                   RocksHome) {
  Home home;
  write(home.store(), {make_change("a", make_tombstone(1)), make_change("b", make_value(1, "b")),
                       make_change("c", make_tombstone(1))});
  home.rot("a");
  home.rot("c");
  CHECK(fetch(home.store(), "a").presence == Presence::corrupt);
  const auto first = list(home.store(), core::all_users(), {Want::heads, 1, plenty});
  CHECK(first.corrupt == std::vector{encode_key("a")});
  CHECK(first.records.empty());
  CHECK(first.covered.end == encode_key("a") + '\0');
  const auto all = list(home.store(), core::all_users(), all_heads);
  CHECK(all.corrupt == std::vector{encode_key("a"), encode_key("c")});
  CHECK(keys_of(all) == std::vector{encode_key("b")});
}

TEST_CASE_TEMPLATE("a snapshot sees nothing of what comes later", Home, MemoryHome, RocksHome) {
  Home home;
  const auto large = make_value(1, make_noise(9000, 1));
  write(home.store(), {make_change("large", large), make_change("small", make_value(1, "old"))});
  const auto snapshot = home.store().snapshot();
  write(home.store(), {make_change("large", make_tombstone(2), large),
                       make_change("small", make_value(2, "new"), make_value(1, "old")),
                       make_change("fresh", make_value(2, "fresh"))});

  const auto then = snapshot->list(core::all_users(), all_values);
  REQUIRE(then.has_value());
  REQUIRE(keys_of(*then) == std::vector{encode_key("large"), encode_key("small")});
  CHECK(then->records[0].record == large);
  CHECK(then->records[1].record.value == "old");
  CHECK(list(home.store(), core::all_users(), all_values).records.size() == 3);
}

TEST_CASE_TEMPLATE("what is not in memory can be fetched", Home, MemoryHome, RocksHome) {
  Home home;
  const auto small = make_value(1, "small");
  const auto large = make_value(1, make_noise(100'000, 1));
  write(home.store(), {make_change("small", small), make_change("large", large)});
  home.chill();
  CHECK(home.store().read(encode_key("small")).presence == Presence::not_in_memory);
  CHECK(home.store().read(encode_key("large")).presence == Presence::not_in_memory);
  CHECK(fetch(home.store(), "small").record == small);
  CHECK(fetch(home.store(), "large").record == large);
  home.warm();
  CHECK(read(home.store(), "small") == small);
  CHECK(read(home.store(), "large") == large);
}

TEST_CASE_TEMPLATE("a refused batch changes nothing and is taken with patience", Home, MemoryHome,
                   RocksHome) {
  Home home;
  const auto before = make_value(1, "before");
  write(home.store(), {make_change("k", before)});
  ports::Batch batch;
  batch.records = {make_change("k", make_tombstone(2), before),
                   make_change("n", make_value(2, make_noise(9000, 2)))};
  batch.meta = {{Meta::horizon, "moved"}};

  home.stall();
  const auto refused = home.store().write(batch);
  REQUIRE(refused.has_value());
  CHECK(*refused == ports::WriteOutcome::refused);
  CHECK(read(home.store(), "k") == before);
  CHECK(fetch(home.store(), "n").presence == Presence::absent);
  CHECK(*home.store().read_meta(Meta::horizon) == std::nullopt);

  home.warm();
  REQUIRE(home.store().write_patiently(batch).has_value());
  CHECK(read(home.store(), "k") == make_tombstone(2));
  CHECK(read(home.store(), "n").value.size() == 9000);
  CHECK(*home.store().read_meta(Meta::horizon) == "moved");
}

TEST_CASE_TEMPLATE("what was written is there after a restart, synced or not", Home, MemoryHome,
                   RocksHome) {
  Home home;
  REQUIRE(home.store().sync().has_value());
  write(home.store(), {make_change("synced", make_value(1, "s"))});
  REQUIRE(home.store().sync().has_value());
  write(home.store(), {make_change("written", make_value(2, "w"))});
  home.restart();
  CHECK(fetch(home.store(), "synced").record.value == "s");
  CHECK(fetch(home.store(), "written").record.value == "w");
}

TEST_CASE_TEMPLATE("the purge index names what a horizon will let go, oldest first", Home,
                   MemoryHome, RocksHome) {
  Home home;
  const auto entry = [](std::uint64_t ms, core::BytesView user_key) {
    return store::purge_key(core::Hlc::from_ms(ms), encode_key(user_key));
  };
  write(
      home.store(),
      {make_change("deleted", make_tombstone(40)), make_change("expiring", make_value(10, "e", 30)),
       make_change("late", make_value(50, "written after its expiry", 20)),
       make_change("stub", make_stub(5, 15)), make_change("plain", make_value(1, "p"))});
  CHECK(home.system_keys() == std::vector{entry(15, "stub"), entry(30, "expiring"),
                                          entry(40, "deleted"), entry(50, "late")});

  write(home.store(), {make_change("deleted", make_value(60, "back"), make_tombstone(40)),
                       make_change("expiring", make_value(60, "e", 90), make_value(10, "e", 30)),
                       make_change("plain", make_tombstone(60), make_value(1, "p")),
                       make_change("plain", make_tombstone(70), make_tombstone(60)),
                       make_change("late", make_value(50, "same entry", 40),
                                   make_value(50, "written after its expiry", 20))});
  CHECK(home.system_keys() == std::vector{entry(15, "stub"), entry(50, "late"), entry(70, "plain"),
                                          entry(90, "expiring")});
}

}
}
