#pragma once
// Records stamped too far ahead wait here until their time has come. Dropping them by a local
// clock would make replicas differ; letting them in would drag the clock along. Bounded: the
// furthest ahead are let go first, and come again by repair.

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "core/stamp.h"
#include "ports/store.h"

namespace starling::node {

class HeldAhead {
 public:
  void add(ports::KeyedRecord record);
  // Those stamped at or below `bound`, oldest first.
  std::vector<ports::KeyedRecord> take_up_to(core::Hlc bound);
  std::optional<core::Hlc> oldest() const;
  std::size_t records() const { return records_.size(); }

 private:
  std::multimap<core::Stamp, ports::KeyedRecord> records_;
  std::size_t bytes_ = 0;
};

}
