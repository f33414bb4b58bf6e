#pragma once
// Builds a ports::Listing within its limits, so that every store ends one in the same place.

#include <cstddef>

#include "core/bytes.h"
#include "core/range.h"
#include "ports/store.h"
#include "store/stored_record.h"

namespace starling::store {

class ListingBuilder {
 public:
  ListingBuilder(const core::Range& range, ports::ListOptions options);

  // Where records are to be looked for: the part of the range that can hold any.
  const core::Range& searched() const { return searched_; }
  bool wants_values() const { return options_.want == ports::Want::values; }

  // False when the limits are met: the listing ends before this key. Corrupt records count too,
  // or a rotten range would have no limit.
  bool has_room(core::BytesView key, std::size_t value_bytes) const;
  void add_head(core::BytesView key, const StoredRecord& stored);
  // With its value, or as corrupt, as `read` found it.
  void add(core::BytesView key, const StoredRecord& stored, ports::ReadResult read);
  void add_corrupt(core::BytesView key);

  // `complete`: the walk came to the end of the range.
  ports::Listing take(bool complete);

 private:
  void count(core::BytesView key, std::size_t value_bytes);
  std::size_t cost(core::BytesView key, std::size_t value_bytes) const;

  ports::ListOptions options_;
  core::Range searched_;
  ports::Listing listing_;
  core::Bytes last_key_;
  std::size_t seen_ = 0;
  std::size_t bytes_ = 0;
};

}
