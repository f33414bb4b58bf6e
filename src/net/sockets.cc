#include "net/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "net/native_address.h"

namespace starling::net {
namespace {

constexpr int backlog = 511;

void set_option(int socket, int level, int option, int value) {
  // Options are advice: where one is missing the socket works without it.
  static_cast<void>(setsockopt(socket, level, option, &value, sizeof value));
}

core::Result<Descriptor> open_socket(int family, int type) {
  Descriptor socket{::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket) return socket;
  return core::fail(core::Errc::io, std::string{"cannot open a socket: "} + std::strerror(errno));
}

std::unexpected<core::Error> cannot_bind(const std::string& where, int error) {
  const auto because = [&](const std::string& words) {
    return core::fail(core::Errc::unavailable, "cannot listen on " + where + ": " + words);
  };
  switch (error) {
    case EADDRINUSE:
      return because("it is in use by another process; stop that one or choose another address");
    case EADDRNOTAVAIL:
      return because("this host has no such address; choose one that `ip address` shows");
    case EACCES:
      return because("no permission; choose a port from 1024 up or a folder that is ours");
    default:
      return because(std::strerror(error));
  }
}

core::Result<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return core::fail(core::Errc::bad_setting,
                      "the path of a unix socket has 1 to 107 bytes: '" + path + "'");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Succeeds when `path` is free, after removing a socket that a dead process left there.
core::Result<void> make_way(const std::string& path, const sockaddr_un& address) {
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) return {};  // Nothing there; bind reports the rest.
  if (!S_ISSOCK(found.st_mode)) {
    return core::fail(core::Errc::unavailable, "cannot listen on " + path +
                                                   ": it exists and is not a socket; remove it or "
                                                   "choose another path");
  }
  auto probe = open_socket(AF_UNIX, SOCK_STREAM);
  if (!probe) return std::unexpected{probe.error()};
  const auto* const target = reinterpret_cast<const sockaddr*>(&address);
  const bool nobody_listens =
      ::connect(probe->number(), target, sizeof address) != 0 && errno == ECONNREFUSED;
  if (!nobody_listens) return cannot_bind(path, EADDRINUSE);
  if (unlink(path.c_str()) != 0) return cannot_bind(path, errno);
  return {};
}

}

core::Result<Descriptor> open_bound(const SocketAddress& address, SocketKind kind) {
  const auto family = family_of(address);
  const bool listens = kind == SocketKind::tcp_listener;
  auto socket = open_socket(family, listens ? SOCK_STREAM : SOCK_DGRAM);
  if (!socket) return socket;
  // Else a restart would wait for old connections to be forgotten.
  if (listens) set_option(socket->number(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (family == AF_INET6) set_option(socket->number(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const auto native = to_native(address, family);
  if (bind(socket->number(), native.get(), native.length) != 0 ||
      (listens && listen(socket->number(), backlog) != 0)) {
    return cannot_bind(address.to_text(), errno);
  }
  return socket;
}

core::Result<Descriptor> open_connecting(const SocketAddress& address, const SocketAddress& from) {
  const auto family = family_of(address);
  auto socket = open_socket(family, SOCK_STREAM);
  if (!socket) return socket;
  if (!from.is_any() && family_of(from) == family) {
    // The port is chosen when the other end is known: many connections may share one.
    set_option(socket->number(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const auto source = to_native({from.ip(), 0}, family);
    if (bind(socket->number(), source.get(), source.length) != 0) {
      return core::fail(core::Errc::unavailable, std::strerror(errno));
    }
  }
  const auto native = to_native(address, family);
  if (connect(socket->number(), native.get(), native.length) != 0 && errno != EINPROGRESS) {
    return core::fail(core::Errc::unavailable, std::strerror(errno));
  }
  return socket;
}

core::Result<Descriptor> open_unix_listener(const std::string& path, unsigned mode) {
  const auto address = unix_address(path);
  if (!address) return std::unexpected{address.error()};
  if (auto free = make_way(path, *address); !free) return std::unexpected{free.error()};
  auto socket = open_socket(AF_UNIX, SOCK_STREAM);
  if (!socket) return socket;
  // Between bind and listen nobody can connect: the mode is set before anybody may.
  if (bind(socket->number(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      chmod(path.c_str(), mode) != 0 || listen(socket->number(), backlog) != 0) {
    return cannot_bind(path, errno);
  }
  return socket;
}

void tune_stream(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 6);
}

}
