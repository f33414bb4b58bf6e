#pragma once
// Identifiers. One id serves as node id, origin of writes and roster id; names are for people.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starling::core {

// Minted at random when a store is created. Zero is never minted and means "nobody".
struct NodeId {
  std::uint64_t value = 0;

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// Names the cluster on every datagram and stream: derived from the cluster's name and secret.
struct ClusterId {
  std::uint64_t value = 0;

  friend auto operator<=>(const ClusterId&, const ClusterId&) = default;
};

// 16 lower-case hexadecimal digits, for logs and for people.
std::string to_hex(std::uint64_t value);
inline std::string to_text(NodeId id) { return to_hex(id.value); }

// Takes 1 to 16 hexadecimal digits and nothing else.
std::optional<std::uint64_t> from_hex(std::string_view text);

}
