#pragma once
// What a node is told at birth: choices of the operator, and what its store remembers.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/stamp.h"
#include "core/time.h"
#include "membership/messages.h"

namespace starling::node {

struct NodeOptions {
  core::NodeId id;
  std::string name;
  membership::Address address;  // Where peers reach this node.
  std::vector<membership::Address> seeds;
  core::Bytes cluster_secret;  // Keys digests and boundaries; never empty.
  std::uint64_t repair_bytes_per_second = 4 * 1024 * 1024;
  std::uint64_t clock_ahead_ms_max = core::limits::clock_ahead_ms_default;
  std::size_t settling_bytes_max = core::limits::settling_bytes_max;
  // A node that never had a roster waits this long for one of its seeds before it starts one.
  core::Duration first_start_patience = std::chrono::seconds{10};
};

// What the store's meta family remembers, as written by this node's former run.
struct Persisted {
  std::uint64_t incarnation = 0;
  core::Hlc clock_lease;
  std::optional<core::Bytes> roster;  // None: never had one.
  core::Hlc horizon;
  bool frozen = false;
};

// The numbers of Meta as 8 little-endian bytes; zero for anything else.
core::Bytes encode_meta_number(std::uint64_t number);
std::uint64_t decode_meta_number(core::BytesView bytes);

}
