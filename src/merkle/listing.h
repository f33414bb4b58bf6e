#pragma once
// What the index asks of the store, and how it is told.

#include <cstdint>

#include "core/range.h"
#include "core/record.h"

namespace starling::merkle {

struct KeyHead {
  core::Bytes key;
  core::RecordHead head;

  friend bool operator==(const KeyHead&, const KeyHead&) = default;
};

struct SplitRequest {
  std::uint64_t id;
  core::Range range;  // List the heads of the newest records of this range, all of them.
};

}
