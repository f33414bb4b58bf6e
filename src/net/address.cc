#include "net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <utility>

#include "core/limits.h"

namespace starling::net {
namespace {

constexpr std::array<std::uint8_t, 12> ipv4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}

core::Result<HostPort> parse_host_port(std::string_view text) {
  const auto quoted = "'" + std::string{text.substr(0, core::limits::address_bytes_max)} + "'";
  const auto wrong = [&](std::string_view why) {
    return core::fail(core::Errc::bad_setting, quoted + " " + std::string{why});
  };
  if (text.size() > core::limits::address_bytes_max) return wrong("… is too long for an address");
  const auto colon = text.rfind(':');
  if (colon == text.npos) return wrong("has no port: write HOST:PORT");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return wrong("does not end in a port from 0 to 65535");
  auto host = text.substr(0, colon);
  if (host.starts_with('[') != host.ends_with(']')) return wrong("has one bracket of two");
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return wrong("is ambiguous: write IPv6 addresses as [ADDRESS]:PORT");
  }
  if (host.empty()) return wrong("has no host: write HOST:PORT");
  if (host.contains('\0')) return wrong("holds a zero byte");
  return HostPort{std::string{host}, *port};
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  const auto parts = parse_host_port(text);
  if (!parts) return std::nullopt;
  std::array<std::uint8_t, 16> ip{};
  if (text.starts_with('[')) {
    if (inet_pton(AF_INET6, parts->host.c_str(), ip.data()) != 1) return std::nullopt;
  } else {
    std::ranges::copy(ipv4_mapped, ip.begin());
    if (inet_pton(AF_INET, parts->host.c_str(), ip.data() + 12) != 1) return std::nullopt;
  }
  return SocketAddress{ip, parts->port};
}

std::string SocketAddress::to_text() const {
  char text[INET6_ADDRSTRLEN];
  const auto port = ":" + std::to_string(port_);
  if (is_ipv4()) return inet_ntop(AF_INET, ip_.data() + 12, text, sizeof text) + port;
  inet_ntop(AF_INET6, ip_.data(), text, sizeof text);
  return "[" + std::string{text} + "]" + port;
}

bool SocketAddress::is_ipv4() const {
  return std::equal(ipv4_mapped.begin(), ipv4_mapped.end(), ip_.begin());
}

bool SocketAddress::is_loopback() const {
  if (is_ipv4()) return ip_[12] == 127;
  return is_zero(std::span{ip_}.first(15)) && ip_[15] == 1;
}

bool SocketAddress::is_any() const {
  return is_ipv4() ? is_zero(std::span{ip_}.last(4)) : is_zero(ip_);
}

}
