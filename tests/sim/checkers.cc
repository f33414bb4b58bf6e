#include "sim/checkers.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/key.h"

namespace starling::sim {
namespace {

std::string text_of(const core::Stamp& stamp) {
  return std::format("{}.{}@{}", stamp.hlc.ms(), stamp.hlc.logical(), core::to_text(stamp.origin));
}
std::string text_of(const core::Bytes& key) { return core::decode_key(key).value_or(key); }

std::string text_of(const Write& write) {
  return std::format("write {} ({} {} on host {}, {})", write.id,
                     write.intent.is_erase ? "DEL" : "SET", text_of(write.intent.key),
                     write.intent.host, write.intent.level == node::Ack::fast ? "fast" : "durable");
}

// What a record at `key` must be at least, and the write that demands it.
std::map<core::Bytes, const Write*> demands_of(const History& history) {
  std::map<core::Bytes, const Write*> demands;
  for (const auto& write : history.writes()) {
    if (write.fate != Fate::acknowledged || write.may_be_lost || !write.at_least) continue;
    auto& strongest = demands[write.intent.key];
    if (strongest == nullptr || *strongest->at_least < *write.at_least) strongest = &write;
  }
  return demands;
}

std::optional<Violation> check_genuine(const History& history, const core::Bytes& key,
                                       const core::Record& record) {
  const auto where = text_of(key) + " at " + text_of(record.head.stamp);
  if (record.head.tombstone) {
    const bool was_deleted = std::ranges::any_of(history.writes(), [&](const Write& write) {
      return write.intent.is_erase && write.intent.key == key && write.stamp == record.head.stamp &&
             write.fate != Fate::refused;
    });
    if (was_deleted) return std::nullopt;
    return Violation{"genuine", "a tombstone that nobody wrote: " + where};
  }
  if (record.value_dropped) return std::nullopt;
  const auto id = write_of(record.value);
  const auto* write = id ? history.find(*id) : nullptr;
  if (write == nullptr || write->intent.is_erase || write->intent.key != key) {
    return Violation{"genuine", "a value that nobody wrote: " + where};
  }
  if (write->fate == Fate::refused) {
    return Violation{"refused stays refused", text_of(*write) + " took effect"};
  }
  if (write->stamp != record.head.stamp) {
    return Violation{"genuine", text_of(*write) + " came back under another stamp: " + where};
  }
  return std::nullopt;
}

}

Violations check_promises(const History& history, const Contents& contents) {
  Violations violations;
  for (const auto& [key, record] : contents) {
    if (auto violation = check_genuine(history, key, record)) violations.push_back(*violation);
  }
  for (const auto& [key, write] : demands_of(history)) {
    const auto found = contents.find(key);
    if (found != contents.end() && found->second.head.stamp >= *write->at_least) continue;
    const auto left = found == contents.end()
                          ? std::string{"nothing"}
                          : "the record of " + text_of(found->second.head.stamp);
    violations.push_back({write->intent.is_erase ? "no delete undone" : "no write lost",
                          text_of(*write) + " was acknowledged at " + text_of(*write->at_least) +
                              ", and there is " + left});
  }
  for (const auto& write : history.writes()) {
    if (write.fate != Fate::acknowledged || write.did_nothing || write.at_least) continue;
    violations.push_back({"no write lost", text_of(write) + " was acknowledged and never written"});
  }
  return violations;
}

Violations check_answers(const History& history) {
  Violations violations;
  for (const auto& write : history.writes()) {
    if (write.fate == Fate::open) violations.push_back({"answers", text_of(write) + " has none"});
  }
  return violations;
}

bool is_settled(const View& view) {
  return std::ranges::all_of(view.contents, [&](const auto& entry) {
    return core::cut_of(entry.second.head.stamp.hlc) <= view.cut;
  });
}

Violations check_roots(const merkle::DigestKey& key, const std::vector<View>& views) {
  Violations violations;
  std::map<core::Cut, std::vector<const View*>> by_cut;
  for (const auto& view : views) {
    if (!is_settled(view)) continue;
    merkle::Summary sum;
    for (const auto& [name, record] : view.contents) sum += key.item(name, record.head);
    if (sum != view.root) {
      violations.push_back(
          {"root is the sum", std::format("host {} at cut {}: {} records, sum of {}", view.host,
                                          view.cut.second, view.root.count, sum.count)});
    }
    by_cut[view.cut].push_back(&view);
  }
  const auto heads_equal = [](const Contents& a, const Contents& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
      return one.first == other.first && one.second.head == other.second.head;
    });
  };
  for (const auto& [cut, same] : by_cut) {
    for (const auto* view : same) {
      const auto* first = same.front();
      if ((view->root == first->root) == heads_equal(view->contents, first->contents)) continue;
      violations.push_back(
          {"equal data, equal roots",
           std::format("hosts {} and {} at cut {}", first->host, view->host, cut.second)});
    }
  }
  return violations;
}

Violations check_no_repair(const node::Status& before, const node::Status& after) {
  const auto sum = [](const node::Counters& counters) {
    return std::array{counters.sessions_equal, counters.sessions_repaired, counters.sessions_failed,
                      counters.exchanged_in, counters.exchanged_out};
  };
  const auto was = sum(before.counters);
  const auto is = sum(after.counters);
  if (was == is && after.sessions_open == 0) return {};
  return {{"no repair when equal",
           std::format("{}: sessions equal {}, repaired {}, failed {}, open {}; records in {}, "
                       "out {}",
                       after.name, is[0] - was[0], is[1] - was[1], is[2] - was[2],
                       after.sessions_open, is[3] - was[3], is[4] - was[4])}};
}

void ReadBook::on_read(const History& history, std::size_t host, const core::Bytes& key,
                       core::BytesView value) {
  const auto id = write_of(value);
  const auto* write = id ? history.find(*id) : nullptr;
  if (write == nullptr || write->intent.key != key || write->intent.is_erase) {
    violations_.push_back({"reads genuine", "host " + std::to_string(host) +
                                                " served what nobody wrote at " + text_of(key)});
    return;
  }
  if (!write->stamp) return;  // Not in a batch yet: nothing to compare.
  auto& newest = served_[{host, key}];
  if (*write->stamp < newest) {
    violations_.push_back(
        {"reads rise", std::format("host {} served {} of {} after {}", host, text_of(*write->stamp),
                                   text_of(key), text_of(newest))});
  }
  newest = std::max(newest, *write->stamp);
}

void ReadBook::on_power_loss(std::size_t host) {
  std::erase_if(served_, [host](const auto& entry) { return entry.first.first == host; });
}

}
