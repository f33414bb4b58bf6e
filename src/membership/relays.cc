#include "membership/relays.h"

#include <utility>

#include "core/limits.h"

namespace starling::membership {

bool Relays::add(std::uint32_t sequence, Relay relay) {
  if (open_.size() >= core::limits::probe_relays_max) return false;
  open_.insert_or_assign(sequence, std::move(relay));
  return true;
}

std::optional<Relays::Relay> Relays::take(std::uint32_t sequence) {
  auto node = open_.extract(sequence);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

void Relays::expire(core::Instant now) {
  std::erase_if(open_, [&](const auto& entry) { return entry.second.until <= now; });
}

}
