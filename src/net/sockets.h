#pragma once
// Opens sockets, and says in words why it could not. For sources of this folder.

#include <cstdint>
#include <string>

#include "core/result.h"
#include "net/address.h"
#include "net/descriptor.h"

namespace starling::net {

enum class SocketKind { tcp_listener, udp };

// Bound; a listener also listens. Nothing blocks.
core::Result<Descriptor> open_bound(const SocketAddress& address, SocketKind kind);
// Connecting, which an in-progress connect is not an error of. Leaves from the host of `from`,
// whatever its port, when that is one address and of the same family.
core::Result<Descriptor> open_connecting(const SocketAddress& address, const SocketAddress& from);

core::Result<Descriptor> open_unix_listener(const std::string& path, unsigned mode);

// Small writes leave at once, and the kernel notices dead peers too.
void tune_stream(int socket);

}
