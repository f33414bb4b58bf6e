#pragma once
// Between SocketAddress and what system calls take. For sources of this folder.

#include <sys/socket.h>

#include <optional>

#include "net/address.h"

namespace starling::net {

struct NativeAddress {
  sockaddr_storage storage;
  socklen_t length;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// `family`: of the socket that will use it; a socket of AF_INET6 takes IPv4 in mapped form.
NativeAddress to_native(const SocketAddress& address, int family);
// None for families that are not IP.
std::optional<SocketAddress> from_native(const sockaddr& address);

inline int family_of(const SocketAddress& address) {
  return address.is_ipv4() ? AF_INET : AF_INET6;
}

// The address a socket is bound to.
SocketAddress local_address(int socket);

}
