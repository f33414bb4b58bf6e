#include "sim/history.h"

#include <charconv>

#include "core/assert.h"
#include "core/prng.h"

namespace starling::sim {
namespace {

constexpr char mark = '|';

// Most are small; some lie apart in the store, a few need several messages.
std::size_t length_of(std::uint64_t write) {
  const auto dice = core::mix(write);
  if (dice % 200 == 0) return 60'000;
  if (dice % 40 == 0) return 5'000;
  return dice % 120;
}

}

core::Bytes value_of(std::uint64_t write) {
  auto value = std::to_string(write) + mark;
  const auto filler = static_cast<char>('a' + core::mix(write) % 26);
  value.append(length_of(write), filler);
  return value;
}

std::optional<std::uint64_t> write_of(core::BytesView value) {
  std::uint64_t write = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), write);
  if (parsed.ec != std::errc{} || value_of(write) != value) return std::nullopt;
  return write;
}

std::uint64_t History::begin(Intent intent) {
  const std::uint64_t id = writes_.size() + 1;
  writes_.push_back({.id = id, .intent = std::move(intent), .stamp = {}, .at_least = {}});
  return id;
}

const Write* History::find(std::uint64_t id) const {
  return id == 0 || id > writes_.size() ? nullptr : &writes_[id - 1];
}

void History::ran(std::uint64_t write) {
  const auto& intent = writes_.at(write - 1).intent;
  running_[{intent.host, intent.key}].push_back(write);
}

void History::did_nothing(std::uint64_t write) { writes_.at(write - 1).did_nothing = true; }

void History::acknowledged(std::uint64_t write, std::uint64_t batches_written) {
  auto& acknowledged = writes_.at(write - 1);
  if (acknowledged.fate != Fate::open) return;  // The client left before it could hear this.
  acknowledged.fate = Fate::acknowledged;
  acknowledged.batches = batches_written;
}

void History::refused(std::uint64_t write) {
  auto& refused = writes_.at(write - 1);
  if (refused.fate == Fate::open) refused.fate = Fate::refused;
}

void History::abandoned(std::uint64_t write) {
  auto& abandoned = writes_.at(write - 1);
  if (abandoned.fate == Fate::open) abandoned.fate = Fate::unknown;
}

// A batch may hold several changes of one key, in their order: the last one stands.
void History::on_batch(std::size_t host, const ports::Batch& batch) {
  for (const auto& change : batch.records) {
    const auto running = running_.find({host, change.key});
    if (running == running_.end()) continue;
    const auto& [head, value, is_dropped] = change.after;
    for (const auto id : running->second) {
      auto& write = writes_.at(id - 1);
      write.at_least = head.stamp;
      const bool is_its_own = write.intent.is_erase ? head.tombstone : write_of(value) == id;
      if (is_its_own) write.stamp = head.stamp;
    }
  }
  for (const auto& change : batch.records) running_.erase({host, change.key});
}

void History::on_down(std::size_t host, std::uint64_t batches_left) {
  std::erase_if(running_, [host](const auto& entry) { return entry.first.first == host; });
  for (auto& write : writes_) {
    if (write.intent.host != host) continue;
    if (write.fate == Fate::open) write.fate = Fate::unknown;
    if (write.fate != Fate::acknowledged || write.intent.level != node::Ack::fast) continue;
    if (write.batches > batches_left) write.may_be_lost = true;
  }
}

}
