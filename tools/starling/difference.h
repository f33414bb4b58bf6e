#pragma once
// What a comparison found, as the node streams it and as it is shown. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/starling/trouble.h"

namespace starling::cli {

struct Side {
  std::string hlc;  // "<milliseconds>+<logical>"
  std::string origin;
  std::uint64_t age_ms = 0;
  std::uint64_t bytes = 0;
  bool is_tombstone = false;
  std::uint64_t expiry_ms = 0;  // 0: never.
};

struct Difference {
  std::string op;  // only_a only_b differ tombstone same_stamp unknown
  std::string key;
  std::optional<Side> a;
  std::optional<Side> b;
  bool does_a_win = false;
  // As of now, which may be newer than the cut; none: not asked for, or not to be had.
  std::optional<std::string> value_a{};
  std::optional<std::string> value_b{};

  char sign() const;
  // Since when the two sides differ: the age of the newer write.
  std::uint64_t age_ms() const;
};

struct Summary {
  std::string a;
  std::string b;
  std::uint64_t cut = 0;
  std::uint64_t leaves = 0;
  std::uint64_t ranges_compared = 0;
  std::uint64_t leaves_differ = 0;
  std::uint64_t keys_differ = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t round_trips = 0;
  std::uint64_t bytes = 0;
  std::uint64_t took_ms = 0;
  std::string trouble{};        // Empty: the comparison came to its end.
  std::uint64_t oldest_ms = 0;  // Of all keys that differ; counted here.

  bool is_equal() const { return trouble.empty() && keys_differ == 0; }
};

struct StreamItem {
  std::optional<Difference> difference;
  std::optional<Summary> summary;  // The last item.
};

Outcome<StreamItem> parse_item(const std::string& json);

std::string to_json(const Difference& difference);
std::string to_json(const Summary& summary);

// ---- for people ---------------------------------------------------------------------------------
struct Names {
  std::string a;
  std::string b;
};

// "edge-a … edge-d   cut 12:04:06   2,006 leaves, 3 differ   …"
std::string headline(const Summary& summary);
// What there is to say about a key, beside its sign and itself.
std::string story(const Difference& difference, const Names& names);
// One line each, keys padded to a common width.
std::vector<std::string> lines(const std::vector<Difference>& differences, const Names& names);
// Sign, key, op, stamp and origin of a, of b, age in milliseconds.
std::vector<std::string> plain_row(const Difference& difference);

}
