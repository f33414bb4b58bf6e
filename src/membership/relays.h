#pragma once
// Pings that we sent on behalf of others, until their answer comes or their time is over.

#include <cstdint>
#include <map>
#include <optional>

#include "core/ids.h"
#include "core/time.h"
#include "membership/messages.h"

namespace starling::membership {

class Relays {
 public:
  struct Relay {
    core::NodeId asker;
    Address address;             // Of the asker.
    std::uint32_t sequence = 0;  // The asker's, for his Ack.
    core::Instant until;
  };

  // `sequence` is that of our own ping. False, keeping nothing, when too many are open.
  bool add(std::uint32_t sequence, Relay relay);
  std::optional<Relay> take(std::uint32_t sequence);
  void expire(core::Instant now);

 private:
  std::map<std::uint32_t, Relay> open_;
};

}
