#include "reconcile/division.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;

// A run of coalesced pieces stays small enough that its next cut fits a message beside others.
constexpr std::size_t run_pieces_max = 16;

Division division_of(const core::Range& range, int level, std::span<const merkle::Piece> pieces,
                     std::uint64_t salt) {
  Division division{.range = range, .level = static_cast<std::uint8_t>(level)};
  division.boundaries.reserve(pieces.size() - 1);
  division.fingerprints.reserve(pieces.size());
  for (const auto& piece : pieces) {
    if (&piece != pieces.data()) division.boundaries.push_back(piece.boundary);
    division.fingerprints.push_back(merkle::fingerprint(piece.summary, salt));
  }
  return division;
}

// Adds up a peer's fingerprints from one common boundary to the next.
class Adder {
 public:
  explicit Adder(const Division& theirs) : theirs_{theirs} {}

  merkle::Fingerprint up_to(std::uint32_t boundary) {
    merkle::Fingerprint sum = 0;
    while (next_ < theirs_.fingerprints.size()) {
      sum += theirs_.fingerprints[next_++];
      if (next_ <= theirs_.boundaries.size() && theirs_.boundaries[next_ - 1] == boundary) break;
    }
    return sum;
  }
  merkle::Fingerprint rest() {
    merkle::Fingerprint sum = 0;
    while (next_ < theirs_.fingerprints.size()) sum += theirs_.fingerprints[next_++];
    return sum;
  }

 private:
  const Division& theirs_;
  std::size_t next_ = 0;
};

bool is_equal(merkle::Fingerprint a, merkle::Fingerprint b, Width width) {
  return width == Width::whole ? a == b
                               : static_cast<std::uint32_t>(a) == static_cast<std::uint32_t>(b);
}

}

core::Result<void> check(const Division& division) {
  if (division.range.is_empty()) return core::fail(core::Errc::malformed, "an empty range is cut");
  if (division.fingerprints.size() != division.boundaries.size() + 1) {
    return core::fail(core::Errc::malformed, "pieces and boundaries of a division do not match");
  }
  if (division.level >= limits::tree_levels) {
    return core::fail(core::Errc::malformed, "a division above the root");
  }
  return {};
}

std::optional<Division> divide(const merkle::Index& index, const Piece& piece, const Basis& basis) {
  if (piece.level == list_level) return std::nullopt;
  const auto pieces =
      index.cut_range(piece.range, piece.level, basis.cut, limits::ranges_per_message_max);
  if (!pieces || pieces->size() < 2) return std::nullopt;
  return division_of(piece.range, piece.level, *pieces, basis.salt);
}

std::optional<Division> train(const merkle::Index& index, const Basis& basis) {
  const auto whole = core::all_users();
  const auto top = index.top_level(whole);
  if (!top) return std::nullopt;
  for (int level = 0; level <= *top; ++level) {
    const auto pieces = index.cut_range(whole, level, basis.cut, limits::train_entries_max);
    if (!pieces) continue;
    auto division = division_of(whole, level, *pieces, basis.salt);
    for (auto& fingerprint : division.fingerprints) {
      fingerprint = static_cast<std::uint32_t>(fingerprint);
    }
    return division;
  }
  return std::nullopt;
}

Piece piece_below(const merkle::Index& index, core::Range range, int level_end) {
  const auto top = index.top_level(range);
  const auto level = top ? std::min(*top, level_end - 1) : list_level;
  return {std::move(range), std::max(level, list_level)};
}

std::vector<Piece> differing(const merkle::Index& index, const Division& theirs, int level_end,
                             const Basis& basis, Width width) {
  const auto ours = index.cut_range_at(theirs.range, theirs.boundaries, basis.cut);
  if (!ours) return {{theirs.range, list_level}};
  Adder adder{theirs};
  std::vector<Piece> found;
  std::size_t run = 0;  // Pieces in the last of `found`.
  for (std::size_t i = 0; i < ours->size(); ++i) {
    const auto& piece = (*ours)[i];
    const bool is_last = i + 1 == ours->size();
    const auto sum = is_last ? adder.rest() : adder.up_to((*ours)[i + 1].boundary);
    if (is_equal(sum, merkle::fingerprint(piece.summary, basis.salt), width)) continue;
    auto next = piece.summary.count <= small_piece_records
                    ? Piece{piece.range, list_level}
                    : piece_below(index, piece.range, level_end);
    const bool continues = !found.empty() && next.level != list_level &&
                           found.back().level == next.level &&
                           found.back().range.end == next.range.begin && run < run_pieces_max;
    if (continues) {
      found.back().range.end = std::move(next.range.end);
      ++run;
    } else {
      found.push_back(std::move(next));
      run = 1;
    }
  }
  return found;
}

}
