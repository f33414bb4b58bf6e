#include "node/parking.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "fake_host.h"

namespace starling::node {
namespace {

struct Fixture {
  testing::FakeStore store;
  merkle::Index index{merkle::DigestKey{"secret"}, 1 << 20};
  RecordTable table{store, index};
  Parking parking{table};
  std::string ran;
  const core::Bytes a = core::encode_key("a");
  const core::Bytes b = core::encode_key("b");

  Parking::Operation running(std::string name) {
    return [this, name] { ran += name + " "; };
  }
  void evict(const core::Bytes& key) { store.evicted.insert(key); }
  void fetch(const core::Bytes& key) { parking.on_fetched(key, store.fetch(key)); }
};

TEST_CASE_FIXTURE(Fixture, "what can be read runs at once") {
  CHECK(parking.admit({a, b}, 1, running("x")).empty());
  CHECK(ran == "x ");
  CHECK(parking.operations() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a miss is fetched once, and its operations run in order") {
  evict(a);
  CHECK(parking.admit({a}, 1, running("first")) == std::vector{a});
  CHECK(parking.admit({a}, 1, running("second")).empty());
  CHECK(ran.empty());
  fetch(a);
  CHECK(ran == "first second ");
  CHECK(parking.operations() == 0);
}

TEST_CASE_FIXTURE(Fixture, "an operation on two missing keys waits for both") {
  evict(a);
  evict(b);
  CHECK(parking.admit({b, a, b}, 1, running("both")) == std::vector{a, b});
  fetch(b);
  CHECK(ran.empty());
  fetch(a);
  CHECK(ran == "both ");
}

TEST_CASE_FIXTURE(Fixture,
                  "nobody overtakes on a key for which somebody waits, though it is readable") {
  evict(a);
  CHECK(parking.admit({a, b}, 1, running("waits")) == std::vector{a});
  CHECK(parking.admit({b}, 1, running("behind")).empty());
  CHECK(ran.empty());
  fetch(a);
  CHECK(ran == "waits behind ");
}

TEST_CASE_FIXTURE(Fixture, "chains across keys resolve in order") {
  evict(a);
  evict(b);
  parking.admit({a}, 1, running("1"));
  parking.admit({a, b}, 1, running("2"));
  parking.admit({b}, 1, running("3"));
  fetch(b);
  CHECK(ran.empty());
  fetch(a);
  CHECK(ran == "1 2 3 ");
}

TEST_CASE_FIXTURE(Fixture, "an answer for which nobody waits is passed over") {
  fetch(a);
  CHECK(ran.empty());
}

TEST_CASE_FIXTURE(Fixture, "it is full at its bounds of operations and of bytes") {
  evict(a);
  parking.admit({a}, core::limits::parked_bytes_max - 1, running("x"));
  CHECK_FALSE(parking.is_full());
  parking.admit({a}, 1, running("y"));
  CHECK(parking.is_full());
  fetch(a);
  CHECK_FALSE(parking.is_full());
}

}
}
