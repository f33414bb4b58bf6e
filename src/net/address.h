#pragma once
// Addresses: numeric ones as values, and "host:port" in text as people and members write it.
//
//   "10.0.0.2:7381"   "[::1]:7381"   numeric: SocketAddress
//   "edge-b:7381"                    a name: NameLookup, asked again on every try

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace starling::net {

struct HostPort {
  std::string host;  // Without brackets.
  std::uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// The error says what is wrong with `text`.
core::Result<HostPort> parse_host_port(std::string_view text);

// An IPv4 or IPv6 address and a port. IPv4 is held in its mapped form (::ffff:a.b.c.d), so that
// one address has one value. Zones of link-local addresses are not supported.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const std::array<std::uint8_t, 16>& ip, std::uint16_t port)
      : ip_{ip}, port_{port} {}

  // None when `text` is not numeric.
  static std::optional<SocketAddress> parse(std::string_view text);
  std::string to_text() const;

  bool is_ipv4() const;
  bool is_loopback() const;
  bool is_any() const;  // 0.0.0.0 or [::].
  const std::array<std::uint8_t, 16>& ip() const { return ip_; }
  std::uint16_t port() const { return port_; }

  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;

 private:
  std::array<std::uint8_t, 16> ip_{};
  std::uint16_t port_ = 0;
};

}
