#include "net/native_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/assert.h"

namespace starling::net {

NativeAddress to_native(const SocketAddress& address, int family) {
  NativeAddress native{};
  if (family == AF_INET6) {
    sockaddr_in6 ip6{};
    ip6.sin6_family = AF_INET6;
    ip6.sin6_port = htons(address.port());
    std::memcpy(&ip6.sin6_addr, address.ip().data(), 16);
    native.length = sizeof ip6;
    std::memcpy(&native.storage, &ip6, sizeof ip6);
  } else {
    sockaddr_in ip4{};
    ip4.sin_family = AF_INET;
    ip4.sin_port = htons(address.port());
    std::memcpy(&ip4.sin_addr, address.ip().data() + 12, 4);
    native.length = sizeof ip4;
    std::memcpy(&native.storage, &ip4, sizeof ip4);
  }
  return native;
}

std::optional<SocketAddress> from_native(const sockaddr& address) {
  std::array<std::uint8_t, 16> ip{};
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 ip6;
    std::memcpy(&ip6, &address, sizeof ip6);
    std::memcpy(ip.data(), &ip6.sin6_addr, 16);
    return SocketAddress{ip, ntohs(ip6.sin6_port)};
  }
  if (address.sa_family != AF_INET) return std::nullopt;
  sockaddr_in ip4;
  std::memcpy(&ip4, &address, sizeof ip4);
  ip[10] = ip[11] = 0xFF;
  std::memcpy(ip.data() + 12, &ip4.sin_addr, 4);
  return SocketAddress{ip, ntohs(ip4.sin_port)};
}

SocketAddress local_address(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  STARLING_ASSERT(getsockname(socket, address, &length) == 0);
  return from_native(*address).value_or(SocketAddress{});
}

}
