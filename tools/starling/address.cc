#include "tools/starling/address.h"

#include <charconv>

namespace starling::cli {
namespace {

constexpr std::size_t socket_path_bytes_max = 107;  // What the system's socket address holds.
constexpr std::size_t host_bytes_max = 253;

std::unexpected<Trouble> not_an_address(std::string_view text, const std::string& why) {
  return trouble("--addr " + std::string{text} + ": " + why,
                 "--addr " + std::string{standard_address} + ", or --addr 127.0.0.1:7379");
}

}

std::string Address::to_text() const {
  if (!socket.empty()) return socket;
  const bool is_v6 = host.contains(':');
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Outcome<Address> parse_address(std::string_view text) {
  const bool is_marked = text.starts_with("unix:");
  if (is_marked || text.contains('/')) {
    const auto path = is_marked ? text.substr(5) : text;
    if (path.empty()) return not_an_address(text, "no path");
    if (path.size() > socket_path_bytes_max) {
      return not_an_address(text, "a socket's path has at most 107 bytes");
    }
    return Address{.socket = std::string{path}, .host = {}};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return not_an_address(text, "neither a path (with a slash in it) nor HOST:PORT");
  }
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (!is_bracketed && host.contains(':')) {
    return not_an_address(text, "write an IPv6 address in brackets: [::1]:7379");
  }
  if (host.empty() || host.size() > host_bytes_max) return not_an_address(text, "no host");
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return not_an_address(text, "a port is a number from 1 to 65535");
  }
  return Address{.socket = {}, .host = std::string{host}, .port = port};
}

}
