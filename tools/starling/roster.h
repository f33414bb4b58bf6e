#pragma once
// Who is there, as the node tells it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/starling/client.h"
#include "tools/starling/trouble.h"

namespace starling::cli {

struct Member {
  std::string id;
  std::string name;
  std::string address{};  // Of the peer port.
  std::string state{};    // alive, suspect, dead, left.
  bool is_self = false;
  bool is_linked = false;
  bool is_frozen = false;
  bool differs = false;
  std::optional<std::uint64_t> heard_ago_ms{};
  std::optional<std::uint64_t> equal_at{};  // A cut: seconds.
  std::optional<std::int64_t> offset_ms{};

  bool is_called(std::string_view text) const {
    return text == name || text == id || text == address;
  }
};

struct Roster {
  std::uint64_t cut = 0;
  std::vector<Member> members;

  const Member* self() const;
  const Member* find(std::string_view text) const;
};

Outcome<Roster> parse_roster(const std::string& json);
Outcome<Roster> ask_roster(Client& client);

// ---- whether all are equal ----------------------------------------------------------------------
struct Verdict {
  struct Doubt {
    std::string name;
    std::string why;
  };
  std::size_t members = 0;             // That count, this node included.
  std::size_t equal = 0;               // This node included.
  std::optional<std::uint64_t> cut{};  // The oldest at which one of them was last seen equal.
  std::vector<Doubt> doubts;           // One for each that counts and is not known to be equal.
  std::vector<Doubt> ignored;          // Not alive, and the whole roster was not asked for.

  bool is_equal() const { return doubts.empty(); }
};

// Equal: alive, and its root was ours at `cut` or later. Who has left does not count.
Verdict judge(const Roster& roster, std::uint64_t cut, bool is_whole_roster);

// The first cut that contains all that was stamped up to `ms`.
std::uint64_t cut_after(std::uint64_t ms);

}
