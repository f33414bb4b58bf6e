#pragma once
// Fresh records on their way out, and the count of those that never came. A rumour is pushed once
// over every link, ahead of any descent; what a full link drops, the tree heals.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/stamp.h"
#include "gossip/messages.h"

namespace starling::gossip {

class RumourMill {
 public:
  // A record written here, in the store. It leaves with the next take().
  void add(core::BytesView key, const core::Record& record);
  bool is_empty() const { return fresh_.empty(); }

  // Everything stamped below `bound`, in messages of at most a listing's size: records may leave
  // only when the clock's persisted lease is above their stamp. The rest stays.
  std::vector<std::vector<ports::KeyedRecord>> take(core::Hlc bound);

  // Numbers one message for the link to `peer`.
  Rumours number(core::NodeId peer, std::vector<ports::KeyedRecord> records);

  // How many records of the link from `peer` were dropped before this message.
  std::uint64_t on_rumours(core::NodeId peer, const Rumours& rumours);

  void on_link_up(core::NodeId peer);

  // Records that had no room here since the last call.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  struct Link {
    std::uint64_t sent = 0;
    std::uint64_t heard = 0;
  };

  std::vector<ports::KeyedRecord> fresh_;
  std::size_t fresh_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::map<core::NodeId, Link> links_;
};

}
