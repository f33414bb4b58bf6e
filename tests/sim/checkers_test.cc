// Every checker must be able to fail: forged histories, each with one promise broken.

#include "sim/checkers.h"

#include <doctest/doctest.h>

#include "core/key.h"
#include "sim/stamp_book.h"

namespace starling::sim {
namespace {

const core::NodeId node_a{10};
const core::NodeId node_b{11};
const core::Bytes key = core::encode_key("key");
const core::Bytes other_key = core::encode_key("other");

core::Stamp at(std::uint64_t ms, core::NodeId origin = node_a) {
  return {core::Hlc::from_ms(ms), origin};
}

core::Record value_at(const core::Stamp& stamp, std::uint64_t write) {
  const auto value = value_of(write);
  return {{stamp, merkle::value_hash(value), false, 0}, value, false};
}

core::Record tombstone_at(const core::Stamp& stamp) { return {{stamp, 0, true, 0}, {}, false}; }

ports::Batch batch_of(core::Bytes name, core::Record record) {
  ports::Batch batch;
  batch.records.push_back({std::move(name), std::nullopt, std::move(record)});
  return batch;
}

// A history in the making: each write goes into a batch of its own.
struct Story {
  History history;
  std::uint64_t batches = 0;

  std::uint64_t put(const core::Stamp& stamp, node::Ack level = node::Ack::durable) {
    const auto id = history.begin({0, key, false, level});
    written(id, value_at(stamp, id));
    return id;
  }
  std::uint64_t erase(const core::Stamp& stamp, node::Ack level = node::Ack::durable) {
    const auto id = history.begin({0, key, true, level});
    written(id, tombstone_at(stamp));
    return id;
  }
  void written(std::uint64_t id, core::Record record) {
    history.ran(id);
    history.on_batch(0, batch_of(key, std::move(record)));
    history.acknowledged(id, ++batches);
  }
};

std::vector<std::string> broken(const Violations& violations) {
  std::vector<std::string> names;
  for (const auto& violation : violations) names.push_back(violation.invariant);
  return names;
}
using Names = std::vector<std::string>;

TEST_CASE("an honest history breaks nothing") {
  Story story;
  story.put(at(1));
  story.erase(at(2));
  const auto last = story.put(at(3));
  CHECK(check_promises(story.history, {{key, value_at(at(3), last)}}).empty());
  CHECK(check_answers(story.history).empty());
}

TEST_CASE("a lost write is found, whether nothing is there or something older") {
  Story story;
  const auto first = story.put(at(1));
  story.put(at(2));
  CHECK(broken(check_promises(story.history, {})) == Names{"no write lost"});
  CHECK(broken(check_promises(story.history, {{key, value_at(at(1), first)}})) ==
        Names{"no write lost"});
}

TEST_CASE("a deleted value that came back is found, and so is a lost tombstone") {
  Story story;
  const auto first = story.put(at(1));
  story.erase(at(2));
  CHECK(broken(check_promises(story.history, {{key, value_at(at(1), first)}})) ==
        Names{"no delete undone"});
  CHECK(broken(check_promises(story.history, {})) == Names{"no delete undone"});
}

TEST_CASE("a fast write may be lost to a power failure before its sync, a durable one never") {
  for (const auto level : {node::Ack::fast, node::Ack::durable}) {
    Story story;
    story.put(at(1), level);
    story.history.on_down(0, 0);
    const auto found = broken(check_promises(story.history, {}));
    CHECK(found == (level == node::Ack::fast ? Names{} : Names{"no write lost"}));
  }
  // What the disk still holds has no excuse.
  Story story;
  story.put(at(1), node::Ack::fast);
  story.history.on_down(0, 1);
  CHECK(broken(check_promises(story.history, {})) == Names{"no write lost"});
}

TEST_CASE("of two writes in one batch the last one is owed, and the other is covered by it") {
  Story story;
  const auto first = story.history.begin({0, key, false, node::Ack::durable});
  const auto second = story.history.begin({0, key, false, node::Ack::durable});
  story.history.ran(first);
  story.history.ran(second);
  auto batch = batch_of(key, value_at(at(1), first));
  batch.records.push_back({key, std::nullopt, value_at(at(2), second)});
  story.history.on_batch(0, batch);
  story.history.acknowledged(first, 1);
  story.history.acknowledged(second, 1);
  CHECK(check_promises(story.history, {{key, value_at(at(2), second)}}).empty());
  CHECK(broken(check_promises(story.history, {{key, value_at(at(1), first)}})) ==
        Names{"no write lost"});
}

TEST_CASE("a write that was acknowledged and never reached a batch is found") {
  Story story;
  const auto id = story.history.begin({0, key, false, node::Ack::fast});
  story.history.acknowledged(id, 0);
  CHECK(broken(check_promises(story.history, {})) == Names{"no write lost"});
}

TEST_CASE("what nobody wrote is found, as a value, as a tombstone, under a key or a stamp") {
  Story story;
  const auto id = story.put(at(1));
  const Names genuine{"genuine"};
  const auto with = [&](const core::Bytes& name, core::Record record) {
    return broken(
        check_promises(story.history, {{key, value_at(at(1), id)}, {name, std::move(record)}}));
  };
  CHECK(with(other_key, value_at(at(1), id)) == genuine);
  CHECK(with(other_key, value_at(at(1), 999)) == genuine);
  CHECK(with(other_key, tombstone_at(at(9))) == genuine);
  auto invented = value_at(at(1), id);
  invented.value = "no value of ours";
  CHECK(with(other_key, invented) == genuine);
  CHECK(broken(check_promises(story.history, {{key, value_at(at(5), id)}})) == genuine);
}

TEST_CASE("a refused write that took effect is found") {
  Story story;
  const auto id = story.history.begin({0, key, false, node::Ack::fast});
  story.history.refused(id);
  CHECK(broken(check_promises(story.history, {{key, value_at(at(1), id)}})) ==
        Names{"refused stays refused"});
}

TEST_CASE("a call without an answer is found; one whose host died may have none") {
  Story story;
  story.history.begin({0, key, false, node::Ack::fast});
  CHECK(broken(check_answers(story.history)) == Names{"answers"});
  story.history.on_down(0, 0);
  CHECK(check_answers(story.history).empty());
}

TEST_CASE("roots: a wrong sum, equal data with other roots, other data with equal roots") {
  const merkle::DigestKey digest{"secret"};
  const auto summary = [&](const Contents& contents) {
    merkle::Summary sum;
    for (const auto& [name, record] : contents) sum += digest.item(name, record.head);
    return sum;
  };
  const Contents one{{key, value_at(at(1'000), 1)}};
  const Contents two{{key, value_at(at(1'000), 1)}, {other_key, value_at(at(1'001), 2)}};
  const core::Cut cut{5};
  const auto check = [&](std::vector<View> views) { return broken(check_roots(digest, views)); };

  CHECK(check({{0, cut, summary(one), one}, {1, cut, summary(one), one}}).empty());
  CHECK(check({{0, cut, summary(one), one}, {1, cut, summary(two), two}}).empty());
  CHECK(check({{0, cut, summary(two), one}}) == Names{"root is the sum"});
  CHECK(check({{0, cut, summary(one), one}, {1, cut, summary(two), one}}) ==
        Names{"root is the sum", "equal data, equal roots"});
  CHECK(check({{0, cut, summary(one), one}, {1, cut, summary(one), two}}) ==
        Names{"root is the sum", "equal data, equal roots"});
  // Other cuts are not compared, and what is not settled is not judged.
  CHECK(check({{0, cut, summary(one), one}, {1, {6}, summary(two), two}}).empty());
  CHECK(check({{0, {0}, summary(two), one}}).empty());
}

TEST_CASE("a repair among equals is found, whatever came of it") {
  node::Status before;
  CHECK(check_no_repair(before, before).empty());
  const auto found = [&](auto change) {
    auto after = before;
    change(after);
    return broken(check_no_repair(before, after)) == Names{"no repair when equal"};
  };
  CHECK(found([](node::Status& status) { ++status.counters.sessions_equal; }));
  CHECK(found([](node::Status& status) { ++status.counters.sessions_repaired; }));
  CHECK(found([](node::Status& status) { ++status.counters.sessions_failed; }));
  CHECK(found([](node::Status& status) { ++status.counters.exchanged_in; }));
  CHECK(found([](node::Status& status) { ++status.counters.exchanged_out; }));
  CHECK(found([](node::Status& status) { status.sessions_open = 1; }));
}

TEST_CASE("reads that go back, and reads of what nobody wrote, are found") {
  Story story;
  const auto first = story.put(at(1));
  const auto second = story.put(at(2));
  ReadBook reads;
  reads.on_read(story.history, 0, key, value_of(second));
  reads.on_read(story.history, 1, key, value_of(first));  // Another host may be behind.
  CHECK(reads.violations().empty());
  reads.on_read(story.history, 0, key, value_of(first));
  CHECK(broken(reads.violations()) == Names{"reads rise"});

  ReadBook after_power_loss;
  after_power_loss.on_read(story.history, 0, key, value_of(second));
  after_power_loss.on_power_loss(0);
  after_power_loss.on_read(story.history, 0, key, value_of(first));
  CHECK(after_power_loss.violations().empty());

  ReadBook invented;
  invented.on_read(story.history, 0, other_key, value_of(first));
  CHECK(broken(invented.violations()) == Names{"reads genuine"});
}

TEST_CASE("one stamp for two records is found, on one host or across hosts") {
  StampBook book;
  book.on_batch(0, node_a, 1, batch_of(key, value_at(at(5), 1)));
  book.on_batch(1, node_b, 1, batch_of(key, value_at(at(5), 1)));
  CHECK(book.violations().empty());
  book.on_batch(1, node_b, 2, batch_of(other_key, value_at(at(5), 2)));
  CHECK(broken(book.violations()) == Names{"stamps unique"});
}

TEST_CASE("a stamp that does not rise is found, also over a restart") {
  StampBook book;
  book.on_batch(0, node_a, 1, batch_of(key, value_at(at(5), 1)));
  book.on_down(0, node_a, 1, false);
  book.on_batch(0, node_a, 2, batch_of(other_key, value_at(at(4), 2)));
  CHECK(broken(book.violations()) == Names{"stamps rise"});
}

TEST_CASE("a stamp below one that was told before the loss is found, whenever that one arrives") {
  for (const bool arrives_late : {false, true}) {
    StampBook book;
    const auto told = batch_of(key, value_at(at(5), 1));
    book.on_batch(0, node_a, 1, told);
    if (!arrives_late) book.on_batch(1, node_b, 1, told);
    book.on_down(0, node_a, 0, true);
    book.on_batch(0, node_a, 1, batch_of(other_key, value_at(at(4), 2)));
    if (arrives_late) book.on_batch(1, node_b, 1, told);
    CHECK(broken(book.violations()) == Names{"stamps rise"});
  }
}

TEST_CASE("a stamp whose record nobody saw may be issued again after a power loss") {
  const auto again = [](bool was_seen, bool was_synced) {
    StampBook book;
    book.on_batch(0, node_a, 1, batch_of(key, value_at(at(5), 1)));
    if (was_seen) book.on_batch(1, node_b, 1, batch_of(key, value_at(at(5), 1)));
    if (was_synced) book.on_synced(0, 1);
    book.on_down(0, node_a, was_synced ? 1 : 0, true);
    book.on_batch(0, node_a, 1, batch_of(other_key, value_at(at(5), 2)));
    return broken(book.violations());
  };
  CHECK(again(false, false).empty());
  CHECK(again(true, false) == Names{"stamps unique"});
  CHECK(again(false, true) == Names{"stamps unique"});
}

}
}
