#include "node/outbox.h"

#include <doctest/doctest.h>

#include "core/limits.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;

const core::Instant noon{12h};

ports::Batch some_batch(std::size_t bytes = 10) {
  ports::Batch batch;
  batch.meta.emplace_back(ports::Meta::frozen, "x");
  batch.bytes = bytes;
  return batch;
}

core::Notice named(const char* name) { return {core::Severity::info, name, ""}; }

std::string story(const Effects& effects) {
  std::string story;
  for (const auto& effect : effects) {
    if (const auto* notice = std::get_if<core::Notice>(&effect)) story += notice->topic + " ";
    if (std::holds_alternative<WriteBatch>(effect)) story += "WRITE ";
    if (std::holds_alternative<SyncStore>(effect)) story += "SYNC ";
    if (std::holds_alternative<ListRange>(effect)) story += "LIST ";
  }
  return story;
}

TEST_CASE("the batch of a turn leaves before anything that was decided in it") {
  Outbox outbox;
  outbox.at_once(named("send"));
  outbox.before_batch(ListRange{});
  outbox.end_turn(some_batch(), noon);
  CHECK(story(outbox.take_effects()) == "LIST WRITE send ");
}

TEST_CASE("what waits for the disk leaves when its own batch is there, and not before") {
  Outbox outbox;
  outbox.after_written(named("first"));
  outbox.end_turn(some_batch(), noon);
  outbox.after_written(named("second"));
  outbox.end_turn(some_batch(), noon);
  CHECK(story(outbox.take_effects()) == "WRITE WRITE ");

  outbox.on_written(1, noon);
  CHECK(story(outbox.take_effects()) == "first ");
  outbox.on_written(2, noon);
  CHECK(story(outbox.take_effects()) == "second ");
}

TEST_CASE("a turn without changes waits for the changes before it") {
  Outbox outbox;
  outbox.end_turn(some_batch(), noon);
  outbox.after_written(named("read"));
  outbox.end_turn({}, noon);
  CHECK(story(outbox.take_effects()) == "WRITE ");
  outbox.on_written(1, noon);
  CHECK(story(outbox.take_effects()) == "read ");

  outbox.after_written(named("idle"));
  outbox.end_turn({}, noon);
  CHECK(story(outbox.take_effects()) == "idle ");
}

TEST_CASE(
    "whoever waits for durability starts a sync at once, and all of the meantime share the next") {
  Outbox outbox;
  outbox.after_synced(named("first"));
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(1, noon);
  CHECK(story(outbox.take_effects()) == "WRITE SYNC ");

  outbox.after_synced(named("second"));
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(2, noon);
  outbox.after_synced(named("third"));
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(3, noon);
  CHECK(story(outbox.take_effects()) == "WRITE WRITE ");

  outbox.on_synced(1, noon + 1ms);
  CHECK(story(outbox.take_effects()) == "first SYNC ");
  outbox.on_synced(2, noon + 2ms);
  CHECK(story(outbox.take_effects()) == "second third ");
}

TEST_CASE("a write for which nobody waits is synced at ten milliseconds and not a tick before") {
  Outbox outbox;
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(1, noon);
  REQUIRE(outbox.next_deadline() == noon + core::limits::sync_delay_max);
  outbox.on_time(noon + core::limits::sync_delay_max - 1ns);
  CHECK(story(outbox.take_effects()) == "WRITE ");
  outbox.on_time(noon + core::limits::sync_delay_max);
  CHECK(story(outbox.take_effects()) == "SYNC ");
  CHECK_FALSE(outbox.next_deadline().has_value());
}

TEST_CASE("a write made while a sync is in flight has its own ten milliseconds") {
  Outbox outbox;
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(1, noon);
  outbox.on_time(noon + 10ms);
  outbox.end_turn(some_batch(), noon + 12ms);
  outbox.on_written(2, noon + 12ms);
  outbox.on_synced(1, noon + 15ms);
  CHECK(outbox.next_deadline() == noon + 22ms);
}

TEST_CASE("writers pause above a bound of unsynced bytes or of their age") {
  Outbox outbox;
  outbox.end_turn(some_batch(core::limits::unsynced_bytes_max), noon);
  CHECK_FALSE(outbox.is_congested(noon));
  outbox.end_turn(some_batch(1), noon);
  CHECK(outbox.is_congested(noon));
  CHECK(outbox.is_stalled());
  outbox.on_written(1, noon);
  outbox.on_written(2, noon);
  CHECK_FALSE(outbox.is_stalled());
  outbox.on_time(noon + 10ms);
  outbox.on_synced(1, noon + 20ms);
  CHECK_FALSE(outbox.is_congested(noon + 20ms));
  CHECK(outbox.unsynced_bytes() == 0);

  outbox.end_turn(some_batch(1), noon + 1s);
  outbox.on_written(3, noon + 1s);
  CHECK_FALSE(outbox.is_congested(noon + 1s + core::limits::unsynced_age_max));
  CHECK(outbox.is_congested(noon + 1s + core::limits::unsynced_age_max + 1ns));
}

TEST_CASE("a step that runs may hand in more") {
  Outbox outbox;
  outbox.after_written([&outbox] { outbox.at_once(named("told")); });
  outbox.end_turn(some_batch(), noon);
  outbox.on_written(1, noon);
  CHECK(story(outbox.take_effects()) == "WRITE told ");
}

}
}
