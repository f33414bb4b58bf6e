#pragma once
// Where a node listens for Redis clients: a unix socket or HOST:PORT.

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/starling/trouble.h"

namespace starling::cli {

struct Address {
  std::string socket;  // A path; empty: TCP.
  std::string host;
  std::uint16_t port = 0;

  std::string to_text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

inline constexpr std::string_view standard_address = "/run/starling/resp.sock";

// A text with a slash is a path, also behind "unix:"; an IPv6 host stands in brackets.
Outcome<Address> parse_address(std::string_view text);

}
