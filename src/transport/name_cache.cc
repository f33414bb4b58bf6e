#include "transport/name_cache.h"

#include <algorithm>
#include <utility>

namespace starling::transport {

std::optional<net::SocketAddress> NameCache::find(const std::string& address) {
  if (const auto numeric = net::SocketAddress::parse(address)) return numeric;
  auto* const entry = entry_of(address);
  if (entry == nullptr) return std::nullopt;
  if (!entry->lookup && loop_.now().instant >= entry->ask_again_at) ask(address, *entry);
  return entry->known;
}

NameCache::Entry* NameCache::entry_of(const std::string& address) {
  const auto found = entries_.find(address);
  if (found != entries_.end()) return &found->second;
  if (entries_.size() >= options_.names_max) {
    const auto now = loop_.now().instant;
    std::erase_if(entries_, [&](const auto& each) {
      return !each.second.lookup && now >= each.second.ask_again_at;
    });
    if (entries_.size() >= options_.names_max) return nullptr;
  }
  return &entries_[address];
}

void NameCache::ask(const std::string& address, Entry& entry) {
  entry.ask_again_at = loop_.now().instant + options_.retry_after;
  const auto name = net::parse_host_port(address);
  if (!name) return;
  entry.lookup = std::make_unique<net::NameLookup>(
      loop_, *name, [this, &entry](net::NameLookup::Answer answer) {
        entry.lookup.reset();
        if (!answer) return;  // What was known stays in use: better than nothing.
        const auto usable = std::ranges::find_if(
            *answer, [this](const auto& each) { return each.is_ipv4() || !options_.ipv4_only; });
        if (usable == answer->end()) return;
        entry.known = *usable;
        entry.ask_again_at = loop_.now().instant + options_.fresh_for;
      });
}

}
