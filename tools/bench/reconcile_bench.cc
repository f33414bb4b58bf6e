// What a session costs: bytes per differing key and round trips, at 100,000 keys of 31 bytes with
// values of 100. Bytes are estimates by size_of, payload excluded where the column says so.

#include <chrono>
#include <cstdio>
#include <string>

#include "core/key.h"
#include "support/reconcile_pair.h"

namespace starling {
namespace {

using testing::Pair;
using testing::Records;

constexpr std::size_t keys = 100'000;

core::Bytes key_of(std::size_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "bench/key/%018zu", number);
  return core::encode_key(text);
}

core::Record record_of(std::uint64_t ms) {
  return testing::value_record(core::Hlc::from_ms(ms).value, 1, core::Bytes(100, 'v'));
}

struct Case {
  const char* name;
  std::size_t differing;
  std::size_t step;  // Between two of them.
  bool is_stale;     // Older on one side instead of missing.
};

// Every other one differs on the other side.
Pair make_pair(const Case& of, const Records& all) {
  auto a = all;
  auto b = all;
  for (std::size_t i = 0; i < of.differing; ++i) {
    auto& side = i % 2 == 0 ? a : b;
    const auto key = key_of(keys / 3 + i * of.step);
    if (of.is_stale) {
      side[key] = record_of(1);
    } else {
      side.erase(key);
    }
  }
  return Pair{a, b};
}

void measure(const Case& of, const Records& all) {
  auto compared = make_pair(of, all);
  compared.compare(compared.a);
  compared.run();
  const auto& compare = compared.a.ended.at(0).figures;

  auto repaired = make_pair(of, all);
  repaired.beat(repaired.a);
  // The allocator tidies up after the stores of the last case before the clock starts.
  core::Bytes(1024 * 1024, 'x').shrink_to_fit();
  const auto begin = std::chrono::steady_clock::now();
  repaired.run();
  const auto took = std::chrono::steady_clock::now() - begin;
  const auto& repair = repaired.a.ended.at(0).figures;
  const auto d = static_cast<double>(of.differing);
  const auto payload = static_cast<double>(repair.records_sent + repair.records_received) * 147;
  const auto descent = static_cast<double>(repair.descent_sent + repair.descent_received);
  const auto exchange = static_cast<double>(repair.exchange_sent + repair.exchange_received);
  std::printf("%-22s %7.0f  %9.1f %9.1f %7llu   %9.1f %7llu %9.1f\n", of.name, d, descent / d,
              (exchange - payload) / d, static_cast<unsigned long long>(repair.round_trips),
              static_cast<double>(compare.descent_sent + compare.descent_received) / d,
              static_cast<unsigned long long>(compare.round_trips),
              std::chrono::duration<double, std::micro>(took).count() / d);
}

}
}

int main() {
  using namespace starling;
  Records all;
  for (std::size_t i = 0; i < keys; ++i) all.emplace(key_of(i), record_of(1000 + i));
  std::printf("%-22s %7s  %9s %9s %7s   %9s %7s %9s\n", "100,000 keys", "d", "descent", "exchange",
              "rounds", "compare", "rounds", "CPU");
  std::printf("%-22s %7s  %9s %9s %7s   %9s %7s %9s\n", "", "", "B/diff", "B/diff", "", "B/diff",
              "", "us/diff");
  constexpr Case cases[] = {{"scattered", 1, 37, false},    {"scattered", 10, 3701, false},
                            {"scattered", 100, 601, false}, {"scattered", 1000, 61, false},
                            {"clustered", 1000, 1, false},  {"stale, scattered", 1000, 61, true}};
  for (const auto& one : cases) measure(one, all);
}
