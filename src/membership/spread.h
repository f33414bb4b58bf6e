#pragma once
// What still has to be told: the newest claim about each member, riding on datagrams that go out
// anyway. Each is told a bounded number of times, the least told first, so that news overtakes
// what most have heard.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "membership/messages.h"

namespace starling::membership {

// At most this many bytes on the wire.
std::size_t bytes_of(const MemberUpdate& update);
std::size_t bytes_of(const Question& question);

class Spread {
 public:
  // Replaces an older claim about the same member. When there is more news than members can be,
  // what was told most is let go.
  void offer(MemberUpdate update);
  void forget(core::NodeId id);

  // Claims that fit `bytes_max`, none about members in `except`; each was told once more. A claim
  // that was told `transmissions_max` times is let go.
  std::vector<MemberUpdate> take(std::size_t bytes_max, std::size_t transmissions_max,
                                 std::span<const core::NodeId> except);

  std::size_t size() const { return news_.size(); }

 private:
  // Least told first, then the newest.
  struct Place {
    std::size_t told;
    std::int64_t newest_first;
    core::NodeId id;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct News {
    MemberUpdate update;
    Place place;
  };

  std::map<core::NodeId, News> news_;
  std::set<Place> order_;
  std::int64_t offered_ = 0;
};

}
