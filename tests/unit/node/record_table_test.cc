#include "node/record_table.h"

#include <doctest/doctest.h>

#include "fake_host.h"

namespace starling::node {
namespace {

core::Record stamped(std::uint64_t ms, core::Bytes value, std::uint64_t origin = 7) {
  core::Record record{{}, std::move(value)};
  record.head.stamp = {core::Hlc::from_ms(ms), {origin}};
  record.head.value_hash = merkle::value_hash(record.value);
  return record;
}

struct Fixture {
  testing::FakeStore store;
  merkle::Index index{merkle::DigestKey{"secret"}, 1 << 20};
  RecordTable table{store, index};
  core::Bytes key = core::encode_key("k");

  Fixture() { index.finish_loading(); }

  MergeOutcome merge_in(core::Record record) {
    table.pin(key, table.read(key));
    const auto outcome = table.merge_in(key, std::move(record));
    table.unpin(key);
    return outcome;
  }
  void write_local(core::Record record) {
    table.pin(key, table.read(key));
    table.write_local(key, std::move(record));
    table.unpin(key);
  }
  void write(std::uint64_t number) {
    store.write(table.take_batch(number));
    table.on_written(number);
  }
};

TEST_CASE_FIXTURE(Fixture, "a turn sees its own changes, the index only what is written") {
  CHECK(merge_in(stamped(10, "a")) == MergeOutcome::taken);
  CHECK(table.read(key).record.value == "a");
  CHECK(store.read(key).presence == ports::Presence::absent);
  CHECK(index.newest().count == 0);
  write(1);
  CHECK(index.newest().count == 1);
  CHECK(table.live_records() == 1);
}

TEST_CASE_FIXTURE(Fixture, "merging keeps the larger and says what happened") {
  CHECK(merge_in(stamped(10, "a")) == MergeOutcome::taken);
  CHECK(merge_in(stamped(10, "a")) == MergeOutcome::known);
  CHECK(merge_in(stamped(9, "old")) == MergeOutcome::lost);
  CHECK(merge_in(stamped(11, "new")) == MergeOutcome::taken);
  CHECK(merge_in(stamped(11, "another")) == MergeOutcome::conflict);
  write(1);
  CHECK(index.newest().count == 1);
  CHECK(store.records.at(key).head.stamp.hlc == core::Hlc::from_ms(11));
}

TEST_CASE_FIXTURE(Fixture, "live records and tombstones are counted as they change") {
  merge_in(stamped(10, "a"));
  write(1);
  core::Record tombstone;
  tombstone.head.stamp = {core::Hlc::from_ms(20), {7}};
  tombstone.head.tombstone = true;
  write_local(tombstone);
  write(2);
  CHECK(table.live_records() == 0);
  CHECK(table.tombstones() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a pinned value follows the changes that overtake it") {
  store.records.emplace(key, stamped(10, "on disk"));
  store.evicted.insert(key);
  CHECK(table.read(key).presence == ports::Presence::not_in_memory);
  table.pin(key, store.fetch(key));
  CHECK(table.read(key).record.value == "on disk");
  table.write_local(key, stamped(20, "newer"));
  write(1);
  store.evicted.insert(key);
  CHECK(table.read(key).record.value == "newer");
  table.unpin(key);
  CHECK(table.read(key).presence == ports::Presence::not_in_memory);
}

TEST_CASE_FIXTURE(Fixture,
                  "a corrupt record leaves the index once, and a peer's copy takes its place") {
  merge_in(stamped(10, "a"));
  write(1);
  const auto whole = index.newest();
  store.corrupt.insert(key);
  CHECK(table.on_corrupt(key, stamped(10, "a").head));
  CHECK_FALSE(table.on_corrupt(key, stamped(10, "a").head));
  CHECK(index.newest().count == 0);
  CHECK(table.live_records() == 0);
  CHECK(merge_in(stamped(10, "a")) == MergeOutcome::taken);
  write(2);
  CHECK(index.newest() == whole);
  CHECK(table.live_records() == 1);
}

}
}
