#pragma once
// The first frame each way on a stream: who speaks. Cluster id and protocol version travel in it
// too; the codec writes and checks them.

#include <cstdint>
#include <string>

#include "core/ids.h"

namespace starling::wire {

struct Hello {
  core::NodeId node;
  std::string name;     // For people.
  std::string address;  // Where the speaker says that it can be reached, "host:port".
  std::uint16_t digest_version = 0;

  friend bool operator==(const Hello&, const Hello&) = default;
};

}
