#include "store/listing.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace starling::store {

ListingBuilder::ListingBuilder(const core::Range& range, ports::ListOptions options)
    : options_{options},
      // Whatever is asked for, the store's own keys are not records.
      searched_{std::max(range.begin, core::Bytes{core::users_begin}),
                std::min(range.end, core::Bytes{core::users_end})} {
  listing_.covered = range;
}

bool ListingBuilder::has_room(core::BytesView key, std::size_t value_bytes) const {
  if (seen_ == 0) return true;
  return seen_ < options_.records_max && bytes_ + cost(key, value_bytes) <= options_.bytes_max;
}

void ListingBuilder::add_head(core::BytesView key, const StoredRecord& stored) {
  count(key, stored.value_bytes);
  listing_.records.push_back({core::Bytes{key}, stored.bare(), stored.value_bytes});
}

void ListingBuilder::add(core::BytesView key, const StoredRecord& stored, ports::ReadResult read) {
  if (read.presence != ports::Presence::found) return add_corrupt(key);
  count(key, stored.value_bytes);
  listing_.records.push_back({core::Bytes{key}, std::move(read.record), stored.value_bytes});
}

void ListingBuilder::add_corrupt(core::BytesView key) {
  count(key, 0);
  listing_.corrupt.emplace_back(key);
}

ports::Listing ListingBuilder::take(bool complete) {
  if (!complete) {
    STARLING_ASSERT(seen_ > 0);
    listing_.covered.end = last_key_ + '\0';
  }
  return std::move(listing_);
}

void ListingBuilder::count(core::BytesView key, std::size_t value_bytes) {
  STARLING_ASSERT(seen_ == 0 || last_key_ < key);
  last_key_ = key;
  seen_ += 1;
  bytes_ += cost(key, value_bytes);
}

std::size_t ListingBuilder::cost(core::BytesView key, std::size_t value_bytes) const {
  return key.size() + core::record_header_bytes_max + (wants_values() ? value_bytes : 0);
}

}
