#pragma once
// Where the tree is cut: content-defined boundaries, so that its shape depends on the set of keys
// alone. A key begins a leaf when its keyed hash is below 2^64 / 48, a branch of level l when it
// is below 2^64 / (48 * 32^l). Thresholds instead of trailing zeros allow a mean that is no power
// of two.

#include <cstdint>

namespace starling::merkle {

inline constexpr int no_boundary = -1;

// The highest level at which a key with this hash is a boundary: 0 for leaves, up to
// limits::tree_levels - 1; no_boundary for most keys.
int boundary_level(std::uint64_t key_hash);

}
