#include "reconcile/exchange.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::Filled;
using testing::numbered_key;
using testing::pair_key;

std::uint32_t hash_of(const core::Bytes& key) { return short_hash(pair_key().key_hash(key)); }

ports::KeyedRecord record_of(const core::Bytes& key) {
  return {key, testing::value_record(5, 5, "value")};
}

// Keys first..last-1, as one wish.
Pulls::Wish wish_for(std::uint64_t first, std::uint64_t last) {
  Pulls::Wish wish{.wanted = {.range = {numbered_key(first), numbered_key(last)}}, .round = 2};
  for (auto i = first; i < last; ++i) {
    wish.wanted.keys.push_back(hash_of(numbered_key(i)));
    wish.ours.push_back({.key = numbered_key(i), .head = {}, .hash = hash_of(numbered_key(i))});
  }
  return wish;
}

PullReply reply_with(std::uint32_t request, std::vector<std::uint64_t> numbers) {
  PullReply reply{.request = request};
  for (const auto number : numbers) {
    reply.records.push_back(record_of(numbered_key(number)));
    reply.value_bytes.push_back(5);
  }
  return reply;
}

struct Asked {
  Asked() {
    pulls.want(wish_for(10, 13));
    pulls.want(wish_for(0, 3));
    question = *pulls.take_question({}, 1, ports::Want::values);
  }
  Pulls pulls{pair_key()};
  Pull question;
};

TEST_CASE("wishes are asked together and in key order") {
  Asked one;
  REQUIRE(one.question.wanted.size() == 2);
  CHECK(one.question.wanted[0].range.begin == numbered_key(0));
  CHECK(one.pulls.keys_waiting() == 0);
  const auto answered = one.pulls.on_reply(reply_with(1, {0, 1, 2, 10, 11, 12}));
  REQUIRE(answered.has_value());
  CHECK(answered->size() == 6);
  CHECK(one.pulls.is_done());
  CHECK(one.pulls.rounds() == 3);
}

TEST_CASE("what has gone at the peer is waited for no longer") {
  Asked one;
  CHECK(one.pulls.on_reply(reply_with(1, {1, 12})).has_value());
  CHECK(one.pulls.is_done());
}

TEST_CASE("what an incomplete answer leaves out is asked for again, and no more") {
  Asked one;
  auto reply = reply_with(1, {0, 1});
  reply.is_complete = false;
  const auto answered = one.pulls.on_reply(reply);
  REQUIRE(answered.has_value());
  CHECK(answered->size() == 2);
  CHECK(one.pulls.keys_waiting() == 4);
  const auto rest = one.pulls.take_question({}, 2, ports::Want::values);
  REQUIRE(rest->wanted.size() == 2);
  CHECK(rest->wanted[0].keys == std::vector{hash_of(numbered_key(2))});
  CHECK(rest->wanted[0].range.begin > numbered_key(1));
  CHECK(rest->wanted[0].range.begin <= numbered_key(2));
  CHECK(one.pulls.on_reply(reply_with(2, {2, 10, 11, 12}))->size() == 4);
  CHECK(one.pulls.is_done());
}

TEST_CASE("answers that make no sense are refused and change nothing") {
  Asked one;
  auto reply = reply_with(1, {0, 1, 10});
  SUBCASE("nobody asked") { reply.request = 7; }
  SUBCASE("a key of no wish") { reply = reply_with(1, {5}); }
  SUBCASE("a key of the range that was not wanted") {
    reply.records[1] = record_of(numbered_key(0) + "x");
  }
  SUBCASE("out of order") { std::swap(reply.records[0], reply.records[2]); }
  SUBCASE("the same twice") { reply.records[1] = reply.records[0]; }
  SUBCASE("lengths are missing") { reply.value_bytes.pop_back(); }
  SUBCASE("incomplete, and nothing in it") { reply = {.request = 1, .is_complete = false}; }
  CHECK_FALSE(one.pulls.on_reply(reply).has_value());
  CHECK(one.pulls.in_flight() == 1);
  CHECK(one.pulls.on_reply(reply_with(1, {0})).has_value());
}

TEST_CASE("a question that was put back waits again") {
  Asked one;
  one.pulls.put_back(1);
  CHECK(one.pulls.in_flight() == 0);
  CHECK(one.pulls.keys_waiting() == 6);
}

TEST_CASE("questions follow the size of the records that come") {
  Pulls pulls{pair_key()};
  for (std::uint64_t i = 0; i < 1000; ++i) pulls.want(wish_for(2 * i, 2 * i + 1));
  const auto first = pulls.take_question({}, 1, ports::Want::values);
  CHECK(first->wanted.size() == 256);
  auto reply = reply_with(1, {0});
  reply.records[0].record.value = core::Bytes(100'000, 'v');
  REQUIRE(pulls.on_reply(reply).has_value());
  CHECK(pulls.take_question({}, 2, ports::Want::values)->wanted.size() == 2);
}

TEST_CASE("a wish is never split, so the ranges of a question never overlap") {
  Pulls pulls{pair_key()};
  pulls.want(wish_for(0, 300));
  pulls.want(wish_for(300, 301));
  pulls.want(wish_for(301, 601));
  CHECK(pulls.take_question({}, 1, ports::Want::values)->wanted.size() == 1);
  CHECK(pulls.take_question({}, 2, ports::Want::values)->wanted.size() == 1);
  CHECK(pulls.take_question({}, 3, ports::Want::values)->wanted.at(0).keys.size() == 300);
}

TEST_CASE("offers go in batches by size, and one that is too large goes alone") {
  Pushes pushes;
  for (std::uint64_t i = 0; i < 5; ++i) pushes.offer({numbered_key(i), 100'000, 1});
  pushes.offer({numbered_key(5), 10'000'000, 1});
  CHECK(pushes.take_batch().size() == 2);
  CHECK(pushes.has_full_batch());
  CHECK(pushes.take_batch().size() == 2);
  CHECK(pushes.take_batch().size() == 1);
  CHECK(pushes.batch_bytes() > 10'000'000);
  CHECK(pushes.take_batch().size() == 1);
  CHECK(pushes.waiting() == 0);
}

TEST_CASE("records that have grown since they were listed wait for the next message") {
  Pushes pushes;
  std::vector<ports::KeyedRecord> records;
  for (std::uint64_t i = 0; i < 4; ++i) {
    records.push_back({numbered_key(i), testing::value_record(1, 1, core::Bytes(400'000, 'v'))});
  }
  CHECK(pushes.fit(records, 3).size() == 1);
  CHECK(pushes.waiting() == 3);
  CHECK(pushes.batch_bytes() > 400'000);
}

}
}
