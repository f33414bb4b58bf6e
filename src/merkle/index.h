#pragma once
// The Merkle index of one replica: the content-defined tree over the newest records, and the
// versions heard during the last cuts, from which the set as of any kept cut is derived.
//
//   root(c) = tree of the newest records − what is newer than cut c + what that replaced
//
// Two busy nodes compare the same instant of the past and find each other equal while writes
// pour in. Versions at or below a cut that arrive late (by repair) enter all cuts at or above
// their stamp at once. Nothing is "applied" when a cut passes: old versions are only let go.
//
// A boundary key that is new splits a leaf, for which the records of the leaf must be read: the
// index asks (take_split_requests) and goes on without that boundary until the answer comes.
// Roots and summaries are exact all the time; only the shape is coarser for a moment.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/range.h"
#include "core/record.h"
#include "core/stamp.h"
#include "merkle/hash.h"
#include "merkle/listing.h"
#include "merkle/summary.h"

namespace starling::merkle {

// A range cut at all its inner boundaries of one level or above.
struct Piece {
  core::Range range;           // Begins at the piece's boundary key (or where the whole begins).
  std::uint32_t boundary = 0;  // Low 32 bits of the key hash of range.begin; 0 for the first.
  Summary summary;
};

class Index {
 public:
  Index(const DigestKey& key, std::size_t settling_bytes_max);
  ~Index();

  // ---- filling at start: records in key order, before anything else ---------------------------
  void load(const KeyHead& record);
  void finish_loading();

  // ---- changes, told when they are in the store ------------------------------------------------
  // `after` has replaced `before` (none: the key was absent) as the newest version of `key`.
  void on_change(core::BytesView key, const std::optional<core::RecordHead>& before,
                 const core::RecordHead& after);
  // A version that lost the merge against the stored one; it may still be the newest of a cut.
  void on_loser(core::BytesView key, const core::RecordHead& stored, const core::RecordHead& loser);
  // The stored record is gone or unreadable: leaves every cut.
  void on_removed(core::BytesView key, const core::RecordHead& stored);

  // ---- cuts -----------------------------------------------------------------------------------
  // Tells the time: cut k is applied when `hlc` reads k + 1.5 s. Lets go of what only older cuts
  // needed. Cheap; call it once per turn.
  void advance(core::Hlc hlc);
  core::Cut newest_cut() const;
  // The oldest cut that can still be answered; moves up early when memory is short.
  core::Cut oldest_cut() const;
  bool is_kept(core::Cut cut) const { return oldest_cut() <= cut && cut <= newest_cut(); }
  // Of a cut that is kept.
  Summary root(core::Cut cut) const;
  // Over the newest records, unsettled ones included.
  Summary newest() const;
  // The largest stamp ever loaded or heard; after a start no root may be told before a cut above
  // it.
  core::Hlc largest_hlc() const;
  // Memory held for cuts is used up: clients pause and rumours are refused until a cut passes.
  bool is_full() const;
  std::size_t settling_bytes() const;
  std::size_t settling_versions() const;
  std::size_t versions_newer_than(core::Cut cut) const;
  std::size_t leaves() const;
  std::size_t tree_bytes() const;  // Estimate of the tree's own memory.

  // ---- looking, at a cut that is kept -----------------------------------------------------------
  // The highest level with at least one boundary strictly inside `range`; none for a range within
  // one leaf.
  std::optional<int> top_level(const core::Range& range) const;
  // `range` cut at every boundary of `level` or above strictly inside it, in key order; at least
  // one piece. None when either end of `range` lies inside one of our leaves: then only a listing
  // of the range tells. `pieces_max` bounds the answer: none too when there would be more.
  std::optional<std::vector<Piece>> cut_range(const core::Range& range, int level, core::Cut cut,
                                              std::size_t pieces_max) const;
  // The same, cut at those of our boundaries (of any level) whose low hash bits are in
  // `boundaries`, which is in key order. Unknown ones are passed over.
  std::optional<std::vector<Piece>> cut_range_at(const core::Range& range,
                                                 std::span<const std::uint32_t> boundaries,
                                                 core::Cut cut) const;
  // Turns a listing of the newest records of `range` into the set as of `cut`. The listing may
  // come from any snapshot taken since that cut was applied.
  std::vector<KeyHead> as_of(const core::Range& range, std::vector<KeyHead> newest,
                             core::Cut cut) const;
  // The version of `key` as of `cut`, given the newest stored one.
  std::optional<core::RecordHead> version_at(core::BytesView key,
                                             const std::optional<core::RecordHead>& newest,
                                             core::Cut cut) const;

  // ---- leaf splits
  // -------------------------------------------------------------------------------- Ranges to
  // list; each is handed out once, a few at a time.
  std::vector<SplitRequest> take_split_requests();
  // The answer: all records of the range as of a snapshot taken when the request was taken.
  void on_split_listed(std::uint64_t id, std::span<const KeyHead> records);
  bool has_splits_pending() const;

  const DigestKey& digest_key() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}
