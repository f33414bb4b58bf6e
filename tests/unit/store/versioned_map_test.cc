#include "store/versioned_map.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/prng.h"

namespace starling::store {
namespace {

using Plain = std::map<core::Bytes, core::Bytes>;

Plain contents(const VersionedMap& map, core::BytesView begin = "") {
  Plain found;
  core::Bytes last;
  map.walk(begin, [&](const auto& key, const auto& value) {
    CHECK((found.empty() || last < key));
    last = key;
    found.emplace(key, value);
    return true;
  });
  return found;
}

TEST_CASE("it holds what an ordered map holds, and so does every older version") {
  core::Prng random{42};
  VersionedMap map;
  Plain plain;
  std::vector<std::pair<VersionedMap, Plain>> versions;
  for (int step = 0; step < 5000; ++step) {
    const auto key = std::to_string(random.below(500));
    if (random.chance(2, 5)) {
      map.erase(key);
      plain.erase(key);
    } else {
      map.put(key, std::to_string(step));
      plain[key] = std::to_string(step);
    }
    if (step % 500 == 0) versions.emplace_back(map, plain);
  }
  versions.emplace_back(map, plain);
  for (const auto& [version, truth] : versions) {
    CHECK(contents(version) == truth);
    CHECK(version.size() == truth.size());
  }
  for (const auto& [key, value] : plain) {
    REQUIRE(map.find(key) != nullptr);
    CHECK(*map.find(key) == value);
  }
  CHECK(map.find("nobody") == nullptr);
}

TEST_CASE("a walk begins where it is told and ends when it is told") {
  VersionedMap map;
  for (const auto* key : {"a", "b", "c", "d"}) map.put(key, "");
  CHECK(contents(map, "b") == Plain{{"b", ""}, {"c", ""}, {"d", ""}});
  CHECK(contents(map, "bb") == Plain{{"c", ""}, {"d", ""}});
  CHECK(contents(map, "e").empty());
  int visited = 0;
  map.walk("", [&](const auto&, const auto&) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("sorted keys do not make it deep, in either order") {
  VersionedMap up;
  VersionedMap down;
  for (int i = 0; i < 200'000; ++i) {  // A list of that length would break the stack.
    up.put(std::to_string(1'000'000 + i), "");
    down.put(std::to_string(1'000'000 - i), "");
  }
  CHECK(up.size() == 200'000);
  CHECK(down.size() == 200'000);
}

}
}
