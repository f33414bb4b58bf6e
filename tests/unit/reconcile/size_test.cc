#include "reconcile/size.h"

#include <doctest/doctest.h>

namespace starling::reconcile {
namespace {

TEST_CASE("what a message carries counts at its packed width") {
  DescendReply reply;
  const auto empty = size_of(Message{reply});
  reply.lists.push_back({.range = {"u1", "u2"}, .items = std::vector<Item>(100)});
  const auto with_items = size_of(Message{reply});
  CHECK(with_items - empty >= 1600);
  CHECK(with_items - empty < 1700);
}

TEST_CASE("a train carries half of each fingerprint") {
  Division division{.range = core::all_users(),
                    .level = 1,
                    .boundaries = std::vector<std::uint32_t>(999),
                    .fingerprints = std::vector<merkle::Fingerprint>(1000)};
  const auto whole = size_of(Message{Descend{.divisions = {division}}});
  const auto half = size_of(Message{ProbeReply{.train = {division}}});
  CHECK(whole > 12'000);
  CHECK(half > 8'000);
  CHECK(half < 8'200);
}

TEST_CASE("keys and values count as they are") {
  ports::KeyedRecord record{"ukey", {.head = {}, .value = core::Bytes(5000, 'v')}};
  CHECK(size_of(record) > 5004);
  CHECK(size_of(Message{Push{.records = {record, record}}}) > 2 * size_of(record));
}

}
}
