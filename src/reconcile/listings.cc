#include "reconcile/listings.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::reconcile {
namespace {

// Enough to keep a worker busy while the loop looks at the last chunk.
constexpr std::size_t ahead_max = 8;

}

void Listings::ask(Effects& effects) {
  const auto window = std::min(slots_.size(), ahead_max);
  for (std::size_t i = 0; i < window; ++i) {
    auto& slot = slots_[i];
    if (slot.ticket != 0) continue;
    slot.ticket = tickets_.draw();
    effects.push_back(List{slot.ticket,
                           slot.range,
                           {.want = ports::Want::heads,
                            .records_max = core::limits::batch_records_max,
                            .bytes_max = core::limits::listing_bytes_max}});
  }
}

bool Listings::on_listed(std::uint64_t ticket, ports::Listing& listing) {
  const auto window = std::min(slots_.size(), ahead_max);
  for (std::size_t i = 0; i < window; ++i) {
    if (slots_[i].ticket != ticket) continue;
    slots_[i].listing = std::move(listing);
    return true;
  }
  return false;
}

std::optional<Listings::Chunk> Listings::take() {
  if (slots_.empty() || !slots_.front().listing) return std::nullopt;
  auto& slot = slots_.front();
  Chunk chunk{std::move(*slot.listing), true};
  chunk.is_whole = chunk.listing.covered.end >= slot.range.end;
  if (chunk.is_whole) {
    slots_.pop_front();
    return chunk;
  }
  STARLING_ASSERT(slot.range.begin < chunk.listing.covered.end);  // Else we would ask for ever.
  slot.range.begin = chunk.listing.covered.end;
  slot.ticket = 0;
  slot.listing.reset();
  return chunk;
}

}
