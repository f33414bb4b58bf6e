#include "gossip/rumours.h"

#include <doctest/doctest.h>

#include "core/limits.h"

namespace starling::gossip {
namespace {

constexpr core::NodeId peer{9};

core::Record stamped(std::uint64_t ms, std::size_t bytes = 1) {
  core::Record record{{}, core::Bytes(bytes, 'v')};
  record.head.stamp = {core::Hlc::from_ms(ms), {1}};
  return record;
}

TEST_CASE("only what is stamped below the bound leaves, in order") {
  RumourMill mill;
  mill.add("a", stamped(1));
  mill.add("b", stamped(2));
  mill.add("c", stamped(3));
  const auto first = mill.take(core::Hlc::from_ms(3));
  REQUIRE(first.size() == 1);
  CHECK(first[0].size() == 2);
  CHECK_FALSE(mill.is_empty());
  CHECK(mill.take(core::Hlc::from_ms(3)).empty());
  CHECK(mill.take(core::Hlc::from_ms(4)).at(0).at(0).key == "c");
  CHECK(mill.is_empty());
}

TEST_CASE("messages are small, unless one record is not") {
  RumourMill mill;
  for (std::uint64_t ms = 1; ms <= 100; ++ms) mill.add("k", stamped(ms, 1000));
  mill.add("k", stamped(101, 1 << 20));
  const auto messages = mill.take(core::Hlc::from_ms(1000));
  REQUIRE(messages.size() == 3);
  CHECK(messages[2].size() == 1);
}

TEST_CASE("what has no room is dropped and counted") {
  RumourMill mill;
  const auto room = core::limits::rumour_queue_bytes_max / 100'000;
  for (std::uint64_t ms = 1; ms <= room + 5; ++ms) mill.add("k", stamped(ms, 100'000));
  CHECK(mill.take_dropped() >= 5);
  CHECK(mill.take_dropped() == 0);
}

TEST_CASE("a gap in a link's sequence is counted once, and a new link starts again") {
  RumourMill sender;
  RumourMill receiver;
  const std::vector<ports::KeyedRecord> two{{"a", stamped(1)}, {"b", stamped(2)}};
  CHECK(receiver.on_rumours(peer, sender.number(peer, two)) == 0);
  static_cast<void>(sender.number(peer, two));  // Lost on the way.
  CHECK(receiver.on_rumours(peer, sender.number(peer, two)) == 2);
  CHECK(receiver.on_rumours(peer, sender.number(peer, two)) == 0);

  sender.on_link_up(peer);
  receiver.on_link_up(peer);
  CHECK(sender.number(peer, two).first_sequence == 1);
  CHECK(receiver.on_rumours(peer, {1, two}) == 0);
}

}
}
