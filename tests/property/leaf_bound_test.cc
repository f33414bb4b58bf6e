// Whoever does not know the secret cannot choose keys that make a large leaf.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/limits.h"
#include "merkle/index.h"
#include "support/heads.h"

namespace starling::merkle {
namespace {

constexpr std::size_t leaf_records_max = 1'024;
constexpr core::Cut cut{100};

struct Sizes {
  std::uint64_t records = 0;
  std::uint64_t leaves = 0;
  std::uint64_t largest = 0;
};

// The leaves of a tree over `count` keys; `key_of` makes them in order.
Sizes sizes_of(std::uint64_t count, const std::function<core::Bytes(std::uint64_t)>& key_of) {
  Index index{testing::digests, 1 << 20};
  for (std::uint64_t i = 0; i < count; ++i) {
    index.load({core::encode_key(key_of(i)), testing::head_at(1'000)});
  }
  index.finish_loading();
  index.advance(core::Hlc::from_ms(core::end_of(cut).ms() + core::limits::cut_settle_ms));
  Sizes sizes;
  const auto leaves = index.cut_range(core::all_users(), 0, cut, count + 1).value();
  for (const auto& leaf : leaves) {
    sizes.records += leaf.summary.count;
    sizes.leaves += 1;
    sizes.largest = std::max(sizes.largest, leaf.summary.count);
  }
  return sizes;
}

core::Bytes numbered(const char* prefix, std::uint64_t number, int digits) {
  auto text = std::to_string(number);
  text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
  return prefix + text;
}

void check(const Sizes& sizes, std::uint64_t count) {
  CHECK(sizes.records == count);
  CHECK(sizes.largest <= leaf_records_max);
  // And they are about 48 on average.
  CHECK(sizes.leaves > count / 60);
  CHECK(sizes.leaves < count / 38);
}

}

TEST_CASE("a million numbered keys make no large leaf") {
  check(sizes_of(1'000'000, [](std::uint64_t i) { return numbered("", i, 7); }), 1'000'000);
}

TEST_CASE("keys that differ in their last bytes only make no large leaf") {
  const core::Bytes long_prefix(200, 'x');
  check(sizes_of(300'000, [&](std::uint64_t i) { return numbered(long_prefix.c_str(), i, 6); }),
        300'000);
}

TEST_CASE("keys that differ in their first bytes only make no large leaf") {
  const core::Bytes long_tail(100, '\0');
  check(sizes_of(300'000, [&](std::uint64_t i) { return numbered("", i, 6) + long_tail; }),
        300'000);
}

TEST_CASE("keys that are runs of one byte make no large leaf") {
  check(sizes_of(4'000, [](std::uint64_t i) { return core::Bytes(i, 'z'); }), 4'000);
}

}
