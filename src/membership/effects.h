#pragma once
// What the membership asks of the node, and what it tells it.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/notice.h"
#include "membership/messages.h"

namespace starling::membership {

struct Send {
  Address to;
  Part part;
};
// A member is known that was not (`before` is none), or its state or its address is another.
struct Changed {
  core::NodeId id;
  std::optional<MemberState> before;
  MemberState after = MemberState::alive;
};
// To be kept: the next start takes this number plus one.
struct PersistIncarnation {
  std::uint64_t incarnation = 0;
};

using Effect = std::variant<Send, Changed, PersistIncarnation, core::Notice>;
using Effects = std::vector<Effect>;

}
