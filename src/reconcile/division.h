#pragma once
// One step of a descent, as either side takes it: cut a range at our own boundaries, or hold a
// peer's cut of a range against our tree.
//
//   theirs   |-- f1 --|-- f2 --|---- f3 ----|--- f4 ---|
//   ours     |-----a-----------|--b--|---c--|----d-----|     common boundaries: 2 of 3
//   compared |  f1 + f2 : a    |  f3 : b + c|  f4 : d  |     fingerprints add up
//
// Both sides have the boundaries of the keys they share, so what is cut at common boundaries
// means the same set of keys on both.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/range.h"
#include "core/result.h"
#include "merkle/index.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

// Instead of a level: list the records of the range, there is nothing left to cut.
inline constexpr int list_level = -1;

// Records that cost no more to list than to cut once more.
inline constexpr std::uint64_t small_piece_records = 64;

// What names a key or boundary within a range on the wire.
constexpr std::uint32_t short_hash(std::uint64_t key_hash) {
  return static_cast<std::uint32_t>(key_hash);
}

// How much of each fingerprint was carried.
enum class Width { half, whole };

// A range in which the two sides differ, and how to go on from our side.
struct Piece {
  core::Range range;
  int level = list_level;  // Cut it at our boundaries of this level, or list it.
  friend bool operator==(const Piece&, const Piece&) = default;
};

// Whether a peer's division can be looked at: sizes, order of its range, level.
core::Result<void> check(const Division& division);

// Our cut of the piece at its level. None: the tree has changed and there is nothing to cut, so
// list it. The basis' cut is kept by the index.
std::optional<Division> divide(const merkle::Index& index, const Piece& piece, const Basis& basis);

// Everything, at the deepest level that fits an opening. None: our whole tree is one leaf.
std::optional<Division> train(const merkle::Index& index, const Basis& basis);

// Where our tree differs from `theirs`, in key order. Every piece goes on below `level_end`.
// Adjacent pieces that are to be cut at the same level are one: the cut keeps them apart and saves
// their ends. `theirs` has been checked; the basis' cut is kept.
std::vector<Piece> differing(const merkle::Index& index, const Division& theirs, int level_end,
                             const Basis& basis, Width width);

// How to go on with a range that differs, below `level_end`.
Piece piece_below(const merkle::Index& index, core::Range range, int level_end);

}
