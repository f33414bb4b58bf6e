#pragma once
// Boundaries that the tree does not have yet. A new boundary key splits its leaf, and how the
// leaf's summary divides can only be told from its records: they are listed, and what changes
// between the snapshot of the listing and its answer is added up here.
//
//   leaf      [L ............................ N)
//   listed            [B1 ...)[B2 ...)[B3 ... N)     from the first boundary to the leaf's end
//   parts               sum1    sum2    sum3         listed + changed since; the left keeps the
//   rest
//
// One flight for each leaf at a time: boundaries that come meanwhile wait for the next.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "core/range.h"
#include "merkle/hash.h"
#include "merkle/leaf_index.h"
#include "merkle/listing.h"
#include "merkle/summary.h"

namespace starling::merkle {

class Splits {
 public:
  // `tree` and `key` outlive this.
  Splits(LeafIndex& tree, const DigestKey& key) : tree_{tree}, key_{key} {}

  // A boundary key has entered the tree's range; the tree counts it in the leaf that holds it.
  void on_boundary(core::BytesView boundary);
  // The tree has added `delta` to the leaf that holds `key`.
  void on_change(core::BytesView key, const Summary& delta);
  // A boundary key has left (and on_change was told): undoes it, in the tree or here.
  void on_boundary_removed(core::BytesView boundary);

  std::vector<SplitRequest> take_requests();
  // An unknown id is that of a request which a removal has made void.
  void on_listed(std::uint64_t id, std::span<const KeyHead> records);
  bool is_empty() const { return waiting_.empty() && flights_.empty(); }

 private:
  struct Part {
    core::Bytes boundary;
    Summary summary;  // Changes since the request was taken.
  };
  // Invariant: `range` ends where its leaf ends, and begins at the first of `parts`, of which
  // there is at least one. No two flights share a leaf.
  struct Flight {
    core::Range range;
    std::vector<Part> parts;  // In key order.

    Part& part_of(core::BytesView key);
  };

  using Flights = std::map<std::uint64_t, Flight>;  // By request.

  Flights::iterator flight_with(core::BytesView boundary);
  Flights::iterator flight_to(core::BytesView leaf_end);
  void remove_part(Flights::iterator at, core::BytesView boundary);
  void cancel(Flights::iterator at);

  LeafIndex& tree_;
  const DigestKey& key_;
  std::set<core::Bytes, std::less<>> waiting_;
  Flights flights_;
  std::uint64_t last_id_ = 0;
};

}
