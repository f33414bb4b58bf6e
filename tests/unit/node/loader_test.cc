#include "node/loader.h"

#include <doctest/doctest.h>

#include "fake_host.h"

namespace starling::node {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;

core::Record stamped(std::int64_t ms, core::Bytes value) {
  core::Record record{{}, std::move(value)};
  record.head.stamp = {core::Hlc::from_ms(static_cast<std::uint64_t>(ms)), {7}};
  record.head.value_hash = merkle::value_hash(record.value);
  return record;
}

TEST_CASE("the index is filled from the store, chunk by chunk") {
  FakeHost host{1};
  for (int i = 0; i < 20'000; ++i) {
    host.store.records.emplace(core::encode_key("k" + std::to_string(i)),
                               stamped(testing::noon.wall.ms - i, "v"));
  }
  host.start();
  const auto status = host.node.status(host.now);
  CHECK(status.is_ready);
  CHECK(status.records_loaded == 20'000);
  CHECK(status.live_records == 20'000);
  CHECK(status.leaves > 200);
}

TEST_CASE("no root is told before a cut above every stamp in the store") {
  FakeHost host{1};
  host.store.records.emplace(core::encode_key("k"), stamped(testing::noon.wall.ms + 200, "v"));
  host.start();
  CHECK_FALSE(host.node.status(host.now).root.has_value());
  host.pass(2s);
  CHECK_FALSE(host.node.status(host.now).root.has_value());
  host.pass(500ms);
  CHECK(host.node.status(host.now).root.has_value());
}

TEST_CASE("leaves split as boundary keys come in, and the root is that of a fresh load") {
  FakeHost writer{1};
  writer.start();
  for (int i = 0; i < 3'000; ++i) writer.set("k" + std::to_string(i), "v");
  const auto grown = writer.node.status(writer.now);
  CHECK(grown.leaves > 30);

  FakeHost reader{2};
  reader.store.records = writer.store.records;
  reader.start();
  const auto loaded = reader.node.status(reader.now);
  CHECK(loaded.leaves == grown.leaves);
  writer.pass(5s);
  reader.pass(5s);
  CHECK(writer.node.status(writer.now).root == reader.node.status(reader.now).root);
  CHECK(writer.node.status(writer.now).root->count == 3'000);
}

}
}
