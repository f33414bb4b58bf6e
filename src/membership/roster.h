#pragma once
// The members whose data counts, sorted by id. Persisted, merged by union while no horizon has
// moved, and named by a hash in every beat and session: roots of different rosters do not compare.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "membership/messages.h"

namespace starling::membership {

class Roster {
 public:
  bool contains(core::NodeId id) const { return names_.contains(id); }
  std::size_t size() const { return names_.size(); }
  bool is_empty() const { return names_.empty(); }
  // In order of their ids.
  std::vector<RosterEntry> entries() const;

  // Of the ids alone: names are for people. 0 for the empty one.
  std::uint64_t hash() const;

  // Adds what is missing; true when something was. A name that we know stays. An error (too many
  // members, nobody's id, a name too long) changes nothing.
  core::Result<bool> merge_union(std::span<const RosterEntry> others);

  // The stored form: a format byte, then for each member its id (8 bytes, little-endian), the
  // length of its name in one byte, and the name, in order of the ids.
  core::Bytes encode() const;
  static core::Result<Roster> decode(core::BytesView bytes);

  friend bool operator==(const Roster&, const Roster&) = default;

 private:
  std::map<core::NodeId, std::string> names_;
};

}
