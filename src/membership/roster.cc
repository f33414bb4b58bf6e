#include "membership/roster.h"

#include "core/limits.h"
#include "core/prng.h"

namespace starling::membership {
namespace {

namespace limits = core::limits;

constexpr char format = 1;
constexpr std::size_t id_bytes = 8;
static_assert(limits::node_name_bytes_max <= 0xFF);

core::Result<void> check(const RosterEntry& entry) {
  if (!entry.id) return core::fail(core::Errc::malformed, "nobody's id in a roster");
  if (entry.name.size() > limits::node_name_bytes_max) {
    return core::fail(core::Errc::over_limit, "name too long");
  }
  return {};
}

}

std::vector<RosterEntry> Roster::entries() const {
  std::vector<RosterEntry> entries;
  entries.reserve(names_.size());
  for (const auto& [id, name] : names_) entries.push_back({id, name});
  return entries;
}

std::uint64_t Roster::hash() const {
  std::uint64_t hash = 0;
  for (const auto& [id, name] : names_) hash = core::mix(hash ^ id.value);
  return hash;
}

core::Result<bool> Roster::merge_union(std::span<const RosterEntry> others) {
  auto merged = names_;
  for (const auto& entry : others) {
    if (auto fine = check(entry); !fine) return std::unexpected{fine.error()};
    merged.try_emplace(entry.id, entry.name);
    if (merged.size() > limits::roster_members_max) {
      return core::fail(core::Errc::over_limit, "more members than a roster can have");
    }
  }

  // Every check has passed. From here on nothing can fail.
  const bool grew = merged.size() > names_.size();
  names_ = std::move(merged);
  return grew;
}

core::Bytes Roster::encode() const {
  core::Bytes bytes{format};
  for (const auto& [id, name] : names_) {
    for (std::size_t i = 0; i < id_bytes; ++i) {
      bytes.push_back(static_cast<char>(id.value >> (8 * i) & 0xFF));
    }
    bytes.push_back(static_cast<char>(name.size()));
    bytes += name;
  }
  return bytes;
}

core::Result<Roster> Roster::decode(core::BytesView bytes) {
  if (bytes.empty()) return core::fail(core::Errc::malformed, "an empty roster has its format");
  if (bytes[0] != format) return core::fail(core::Errc::format_unknown, "roster format unknown");
  bytes.remove_prefix(1);
  Roster roster;
  while (!bytes.empty()) {
    if (bytes.size() <= id_bytes) return core::fail(core::Errc::malformed, "roster cut short");
    RosterEntry entry;
    for (std::size_t i = id_bytes; i-- > 0;) {
      entry.id.value = entry.id.value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    const std::size_t name_bytes = static_cast<unsigned char>(bytes[id_bytes]);
    bytes.remove_prefix(id_bytes + 1);
    if (bytes.size() < name_bytes) return core::fail(core::Errc::malformed, "roster cut short");
    entry.name = bytes.substr(0, name_bytes);
    bytes.remove_prefix(name_bytes);
    if (auto fine = check(entry); !fine) return std::unexpected{fine.error()};
    if (!roster.names_.empty() && roster.names_.rbegin()->first >= entry.id) {
      return core::fail(core::Errc::malformed, "roster out of order");
    }
    roster.names_.emplace(entry.id, std::move(entry.name));
    if (roster.size() > limits::roster_members_max) {
      return core::fail(core::Errc::over_limit, "more members than a roster can have");
    }
  }
  return roster;
}

}
