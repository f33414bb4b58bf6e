#include "membership/spread.h"

#include <algorithm>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::membership {
namespace {

constexpr std::size_t word = 8;

// A text takes its bytes, a terminator, and whole words.
std::size_t bytes_of_text(const std::string& text) { return (text.size() + word) / word * word; }

}

// Four words of numbers, two pointers.
std::size_t bytes_of(const MemberUpdate& update) {
  return 6 * word + bytes_of_text(update.address) + bytes_of_text(update.name);
}

// The part itself is counted here: its question, the list of updates, their pointers.
std::size_t bytes_of(const Question& question) {
  const auto* request = std::get_if<PingRequest>(&question);
  return 8 * word + (request != nullptr ? bytes_of_text(request->target_address) : 0);
}

void Spread::offer(MemberUpdate update) {
  forget(update.id);
  if (news_.size() >= core::limits::roster_members_max) forget(order_.rbegin()->id);
  const Place place{0, --offered_, update.id};
  order_.insert(place);
  news_.emplace(update.id, News{std::move(update), place});
}

void Spread::forget(core::NodeId id) {
  const auto found = news_.find(id);
  if (found == news_.end()) return;
  order_.erase(found->second.place);
  news_.erase(found);
}

std::vector<MemberUpdate> Spread::take(std::size_t bytes_max, std::size_t transmissions_max,
                                       std::span<const core::NodeId> except) {
  std::vector<MemberUpdate> taken;
  std::vector<Place> told;
  for (const auto& place : order_) {
    if (bytes_max < bytes_of(MemberUpdate{})) break;
    const auto& update = news_.at(place.id).update;
    const auto bytes = bytes_of(update);
    if (std::ranges::contains(except, place.id) || bytes > bytes_max) continue;
    bytes_max -= bytes;
    taken.push_back(update);
    told.push_back(place);
  }
  for (auto place : told) {
    order_.erase(place);
    if (++place.told >= transmissions_max) {
      news_.erase(place.id);
      continue;
    }
    order_.insert(place);
    news_.at(place.id).place = place;
  }
  STARLING_ASSERT(order_.size() == news_.size());
  return taken;
}

}
