#pragma once
// The versions heard during the last cuts, from which the set as of any kept cut is derived. The
// newest version of every key is in the tree; this is what lies between the tree and a cut.
//
//   key   base ──▶ version ──▶ version ──▶ version (the newest: in the tree)
//              │          │          │
//   cuts    oldest      k+1        k+2  …   newest   (unsettled)
//
// Of several versions that first appear in one cut only the largest can ever be seen, so each key
// has at most one for each cut. A key that is not here has the same version in every kept cut.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/range.h"
#include "core/record.h"
#include "core/stamp.h"
#include "merkle/hash.h"
#include "merkle/summary.h"

namespace starling::merkle {

class Settling {
 public:
  // A key's version as of a cut (none: it is not in that set) beside its newest. The pointers are
  // good until the next change.
  struct View {
    const core::RecordHead* at_cut;
    const core::RecordHead* newest;
  };

  // `key` outlives this.
  Settling(const DigestKey& key, std::size_t bytes_max);

  // ---- versions ---------------------------------------------------------------------------------
  // `after` has replaced `before` as the newest version of `key`.
  void on_change(core::BytesView key, const std::optional<core::RecordHead>& before,
                 const core::RecordHead& after);
  // `loser` is smaller than the newest version of `key`.
  void on_loser(core::BytesView key, const core::RecordHead& loser);
  // The key is in no cut any more.
  void on_removed(core::BytesView key);

  // ---- cuts
  // ---------------------------------------------------------------------------------------
  void advance(core::Cut newest);
  // Cuts before `cut` cannot be answered: something of them was never heard.
  void keep_from(core::Cut cut);
  core::Cut newest_cut() const { return newest_; }
  core::Cut oldest_cut() const { return oldest_; }

  // What to take from the summary of the newest records to get that of `cut`.
  Summary newer_than(core::Cut cut) const;
  // None: the key is not here, its newest version is that of every kept cut.
  std::optional<View> view(core::BytesView key, core::Cut cut) const;
  // The keys of `range` that are here, in key order.
  void visit(const core::Range& range, core::Cut cut,
             const std::function<void(core::BytesView, const View&)>& visitor) const;

  // Above the budget, and nothing is left to let go before a cut passes.
  bool is_full() const;
  std::size_t bytes() const { return bytes_; }
  std::size_t versions() const { return versions_; }
  // Those that `cut` does not contain yet.
  std::size_t versions_newer_than(core::Cut cut) const;

 private:
  struct History {
    std::optional<core::RecordHead> base;    // As of every cut before the first version's.
    std::vector<core::RecordHead> versions;  // Ascending, each of another cut; never empty.
  };
  using Keys = std::map<core::Bytes, History, std::less<>>;

  // What first appears in one cut.
  struct Window {
    Summary change;                    // Set as of this cut − set as of the cut before.
    std::vector<Keys::iterator> keys;  // Those with a version of this window, each once.
  };

  static const core::RecordHead* at_cut(const History& history, core::Cut cut);
  static View view_of(const History& history, core::Cut cut);
  static std::size_t bytes_of(const Keys::value_type& entry);
  Summary summary_of(core::BytesView key, const core::RecordHead* head) const;

  void insert(Keys::iterator at, const core::RecordHead& version);
  void make_room();
  bool can_let_go() const;
  void let_go_one();

  const DigestKey& key_;
  const std::size_t bytes_max_;
  Keys keys_;
  // Those at or below the oldest cut are only waiting to be let go.
  std::map<core::Cut, Window> windows_;
  core::Cut newest_;
  core::Cut oldest_;
  std::size_t bytes_ = 0;
  std::size_t versions_ = 0;
};

}
