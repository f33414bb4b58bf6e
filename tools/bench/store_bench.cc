// How fast the store is, apart from everything around it: batches of several sizes, reads, and the
// rate at which heads are listed. One line per figure, wall time and what the calling thread spent
// of a core (on a busy machine the truer one); the directory is gone afterwards.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "store/memory_store.h"
#include "store/rocks_store.h"
#include "support/records.h"
#include "support/temporary_directory.h"

namespace starling {
namespace {

constexpr std::size_t records = 200'000;
constexpr std::size_t durable_puts = 500;
constexpr std::size_t value_bytes = 100;
constexpr std::size_t large_value_bytes = 16 * 1024;

template <typename T>
T checked(core::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "store_bench: %s\n", result.error().detail.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

// Adds up between start and stop.
class Stopwatch {
 public:
  void start() {
    wall_ -= reading(CLOCK_MONOTONIC);
    core_ -= reading(CLOCK_THREAD_CPUTIME_ID);
  }
  void stop() {
    wall_ += reading(CLOCK_MONOTONIC);
    core_ += reading(CLOCK_THREAD_CPUTIME_ID);
  }
  void print(const std::string& what, std::size_t times, const std::string& note) const {
    std::printf("%-42s %9.2f us  %9.2f us of a core  %s\n", what.c_str(),
                wall_ / static_cast<double>(times), core_ / static_cast<double>(times),
                note.c_str());
  }

 private:
  static double reading(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
  }

  double wall_ = 0;
  double core_ = 0;
};

core::Bytes user_key(std::size_t number) {
  return "bench/key/" + std::to_string(100'000'000 + number * 7919 % records);
}

// Refused batches go again with patience, as the driver does it.
void put_all(ports::Store& store, const std::string& name, std::size_t batch_records,
             std::size_t size, std::size_t count) {
  const auto value = testing::make_noise(size, 1);
  std::size_t refused = 0;
  Stopwatch watch;
  for (std::size_t first = 0; first < count; first += batch_records) {
    ports::Batch batch;
    for (std::size_t i = first; i < std::min(first + batch_records, count); ++i) {
      batch.records.push_back(testing::make_change(user_key(i), testing::make_value(i + 1, value)));
    }
    watch.start();
    if (checked(store.write(batch)) == ports::WriteOutcome::refused) {
      refused += 1;
      if (!store.write_patiently(batch)) std::exit(1);
    }
    watch.stop();
  }
  watch.print(name + ": put " + std::to_string(size) + " B, by " + std::to_string(batch_records),
              count, std::to_string(refused) + " refused");
}

void read_all(const ports::Store& store, const std::string& name) {
  std::size_t missed = 0;
  Stopwatch watch;
  watch.start();
  for (std::size_t i = 0; i < records; ++i) {
    const auto key = core::encode_key(user_key(i * 31));
    if (store.read(key).presence != ports::Presence::not_in_memory) continue;
    missed += 1;
    checked(store.fetch(key));
  }
  watch.stop();
  watch.print(name + ": read", records, std::to_string(missed) + " missed");
}

void list_all(const ports::Store& store, const std::string& name, ports::Want want) {
  const auto snapshot = store.snapshot();
  std::size_t listed = 0;
  Stopwatch watch;
  watch.start();
  for (core::Range rest = core::all_users(); !rest.is_empty();) {
    const auto part = checked(snapshot->list(rest, {want, 4096, 1024 * 1024}));
    listed += part.records.size();
    rest.begin = part.covered.end;
  }
  watch.stop();
  watch.print(name + (want == ports::Want::heads ? ": list heads" : ": list values"), listed,
              std::to_string(listed) + " listed");
}

void put_durably(ports::Store& store, const std::string& name) {
  Stopwatch watch;
  watch.start();
  for (std::size_t i = 0; i < durable_puts; ++i) {
    const ports::Batch batch{
        {testing::make_change(user_key(i), testing::make_value(i + 1, "v"))}, {}, 0};
    checked(store.write(batch));
    if (!store.sync()) std::exit(1);
  }
  watch.stop();
  watch.print(name + ": put and sync", durable_puts, "");
}

void run(ports::Store& store, const std::string& name) {
  put_durably(store, name);
  for (const std::size_t batch_records : {1, 32, 256}) {
    put_all(store, name, batch_records, value_bytes, records);
  }
  read_all(store, name);
  read_all(store, name + ", again");
  list_all(store, name, ports::Want::heads);
  list_all(store, name, ports::Want::values);
  put_all(store, name, 1, large_value_bytes, records / 20);
  list_all(store, name + ", some large", ports::Want::heads);
}

}
}

int main() {
  using namespace starling;
  const testing::TemporaryDirectory directory;
  const auto rocks = checked(store::RocksStore::open({directory.file("store")}));
  run(*rocks, "rocks");
  store::Disk disk{core::Prng{1}};
  store::MemoryStore memory{disk};
  run(memory, "memory");
}
