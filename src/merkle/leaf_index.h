#pragma once
// The content-defined tree in memory, over the newest records. Leaves are runs of adjacent keys
// between two boundary keys, branches are runs of leaves, and each carries its summary. The
// records are not here: a leaf takes about 120 bytes for 48 of them.
//
//   height 5  [u ............................................. v)   the root node
//   height 1  [u ................)[m .............)[q ....... v)    cut at boundaries of level >= 1
//   height 0  [u ..)[c ...)[f ...)[m ....)[p .....)[q ..)[t . v)    leaves: cut at level >= 0
//
// Nothing balances it but the hash of the keys, so its shape depends on the boundaries alone.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/range.h"
#include "merkle/summary.h"

namespace starling::merkle {

class LeafIndex {
 public:
  // One leaf or one whole branch.
  struct Run {
    core::Bytes begin;
    std::uint32_t boundary = 0;  // Low 32 bits of the key hash of `begin`.
    int level = 0;               // Of the boundary that `begin` is; no_boundary for the first.
    Summary summary;
  };

  LeafIndex();
  ~LeafIndex();

  // Adds `delta` to the leaf that holds `key` and to all above it.
  void add(core::BytesView key, const Summary& delta);
  // Cuts the leaf that holds `boundary` there, and every branch that this boundary begins.
  // `right` is what the leaf holds from there on.
  void split(core::BytesView boundary, std::uint64_t key_hash, const Summary& right);
  // Undoes split: what begins at `boundary`, which is one of the tree, joins what lies before it.
  void join(core::BytesView boundary);

  const Summary& total() const { return total_; }
  std::size_t leaves() const { return leaves_; }
  std::size_t bytes() const;

  core::Range leaf_of(core::BytesView key) const;
  // Whether a leaf begins at `key`.
  bool has_leaf_at(core::BytesView key) const;
  // The highest level with a boundary strictly inside `range`.
  std::optional<int> top_level(const core::Range& range) const;
  // Visits in key order the fewest runs that make up `range` and begin anew at each of its
  // boundaries of `level` or above, until the visitor returns false. No end of `range` lies inside
  // a leaf.
  void visit(const core::Range& range, int level,
             const std::function<bool(const Run&)>& visitor) const;

 private:
  struct Node;
  struct Child;

  static std::size_t bytes_of(const Node& node);

  std::unique_ptr<Node> root_;
  Summary total_;
  std::size_t leaves_ = 1;
};

}
