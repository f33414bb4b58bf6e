#pragma once
// Whose turn it is to be probed: all members in a random order, then in another one. Everybody's
// turn comes within two rounds, which bounds how long a crash can go unnoticed; and no two nodes
// probe in step.

#include <optional>
#include <vector>

#include "core/ids.h"
#include "core/prng.h"
#include "membership/member_table.h"

namespace starling::membership {

class ProbeOrder {
 public:
  explicit ProbeOrder(core::Prng prng) : prng_{prng} {}

  // Takes a new member into the running round, at a random place of what is left of it.
  void insert(core::NodeId id);
  // The next one that is not gone; none when there is nobody.
  std::optional<core::NodeId> next(const MemberTable& table);
  // Up to `count` different members at random, fully alive ones, without `except`.
  std::vector<core::NodeId> pick(const MemberTable& table, std::size_t count, core::NodeId except);

 private:
  void shuffle(std::vector<core::NodeId>& ids);

  core::Prng prng_;
  std::vector<core::NodeId> left_;  // Of this round; the last is next.
};

}
