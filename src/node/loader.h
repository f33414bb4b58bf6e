#pragma once
// Fills the index from the store at start, chunk by chunk, and lists the leaves that the index
// wants to split later on.

#include "node/replica.h"

namespace starling::node {

class Loader {
 public:
  explicit Loader(Replica& replica) : replica_{replica} {}

  void start() { load_from(core::all_users()); }
  // At the end of a turn, before its batch: the snapshot must hold exactly what the index holds.
  void list_splits();

  std::uint64_t records_loaded() const { return records_loaded_; }
  // No root may be told before this cut is applied: the store may hold stamps up to it.
  core::Cut first_tellable() const { return first_tellable_; }

 private:
  void load_from(const core::Range& range);
  void on_chunk(const core::Range& range, ports::Listing listing);

  Replica& replica_;
  std::uint64_t records_loaded_ = 0;
  core::Cut first_tellable_;
};

}
