// What the Merkle index costs: nanoseconds per change, bytes per record, microseconds per look.

#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "core/key.h"
#include "core/limits.h"
#include "core/prng.h"
#include "merkle/index.h"

namespace {

using namespace starling;

constexpr std::uint64_t start_ms = 1'700'000'000'000;
constexpr std::size_t hot_keys = 50'000;

// 31 bytes, as in the comparisons with others.
core::Bytes key_of(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "customer/%018llu/a", static_cast<unsigned long long>(number));
  return core::encode_key(std::string{text} + "bcd");
}

core::RecordHead head_at(std::uint64_t ms, std::uint64_t logical) {
  return {.stamp = {{core::Hlc::from_ms(ms).value + logical}, {7}},
          .value_hash = core::mix(logical)};
}

// Of processor time, which neighbours on a shared machine do not stretch.
template <typename Act>
double nanoseconds_each(std::size_t times, Act act) {
  const auto begin = std::clock();
  for (std::size_t i = 0; i < times; ++i) act(i);
  const auto taken = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return taken * 1e9 / static_cast<double>(times);
}

void report(const char* what, double nanoseconds) {
  std::printf("  %-34s %12.0f ns\n", what, nanoseconds);
}

void report_settling(const merkle::Index& index) {
  std::printf(
      "    %zu versions settling in %.1f MiB, %llu cuts kept%s\n", index.settling_versions(),
      static_cast<double>(index.settling_bytes()) / (1 << 20),
      static_cast<unsigned long long>(index.newest_cut().second - index.oldest_cut().second + 1),
      index.is_full() ? ", full" : "");
}

struct Bench {
  explicit Bench(std::size_t records);
  // Changes keys drawn by `pick`, one every 20 microseconds of HLC time.
  template <typename Pick>
  double change(std::size_t times, Pick pick);

  std::vector<core::Bytes> keys;
  std::vector<core::RecordHead> heads;
  merkle::Index index{merkle::DigestKey{"bench"}, core::limits::settling_bytes_max};
  core::Prng prng{1};
  std::uint64_t changes = 0;
  double load_ns;
};

Bench::Bench(std::size_t records) {
  for (std::size_t i = 0; i < records; ++i) {
    keys.push_back(key_of(i));
    heads.push_back(head_at(start_ms - 60'000, i % 60'000));
  }
  load_ns = nanoseconds_each(records, [&](std::size_t i) { index.load({keys[i], heads[i]}); });
  index.finish_loading();
  index.advance(core::Hlc::from_ms(start_ms));
}

template <typename Pick>
double Bench::change(std::size_t times, Pick pick) {
  return nanoseconds_each(times, [&](std::size_t) {
    const auto ms = start_ms + ++changes / 50;
    const auto which = pick();
    const auto after = head_at(ms, changes % 50);
    index.on_change(keys[which], heads[which], after);
    heads[which] = after;
    if (changes % 50 == 0) index.advance(core::Hlc::from_ms(ms));
  });
}

void run(std::size_t records) {
  Bench bench{records};
  auto& [keys, heads, index, prng, changes, load_ns] = bench;
  std::printf("%zu records, %zu leaves, %.2f bytes each, loaded in %.0f ns each\n", records,
              index.leaves(),
              static_cast<double>(index.tree_bytes()) / static_cast<double>(records), load_ns);

  const auto hot = [&] { return prng.below(hot_keys); };
  const auto spread = [&] { return prng.below(keys.size()); };
  bench.change(hot_keys, hot);
  report("a change, 50,000 hot keys", bench.change(500'000, hot));
  report_settling(index);
  report("a change, any key", bench.change(500'000, spread));
  report_settling(index);

  const auto cut = index.newest_cut();
  const auto everything = core::all_users();
  const auto level = index.top_level(everything).value_or(0);
  report("root at a cut", nanoseconds_each(100'000, [&](std::size_t) { index.root(cut); }));
  report("everything, cut at its top level", nanoseconds_each(20, [&](std::size_t) {
           index.cut_range(everything, level, cut, core::limits::train_entries_max);
         }));
  const auto branches = *index.cut_range(everything, 1, cut, records);
  report("one branch, cut into its leaves", nanoseconds_each(branches.size(), [&](std::size_t i) {
           index.cut_range(branches[i].range, 0, cut, records);
         }));
}

}

int main() {
  run(100'000);
  run(1'000'000);
}
