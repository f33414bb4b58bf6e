#pragma once
// Two connected streams on one loop, for tests.

#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>

#include "net/byte_stream.h"
#include "net/event_loop.h"

namespace starling::net::testing {

struct StreamPair {
  std::unique_ptr<ByteStream> left;
  std::unique_ptr<ByteStream> right;
};

inline StreamPair make_pair(EventLoop& loop, StreamLimits limits) {
  std::array<int, 2> ends{};
  ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
  return {std::make_unique<ByteStream>(loop, Descriptor{ends[0]}, limits, "left"),
          std::make_unique<ByteStream>(loop, Descriptor{ends[1]}, limits, "right")};
}

}
