#pragma once
// Finds the ranges in which a peer differs from us, and the peer's items in them. The initiator's
// half: it remembers what has been asked, the peer remembers nothing.
//
//   train ──▶ pieces ──Descend──▶ reply: divisions ──▶ smaller pieces ──▶ …
//               ▲                        lists ─────▶ Leaf
//               └──────put_back()── the cut of the question is gone
//
// Every piece goes on at a lower level than the one that it came from, so the walk ends whatever
// the peer answers. The deepest pieces are asked about first, so what waits stays little.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/range.h"
#include "core/result.h"
#include "merkle/index.h"
#include "reconcile/division.h"
#include "reconcile/messages.h"

namespace starling::reconcile {

// A listed range, to be held against our own records as of the same cut.
struct Leaf {
  ItemList theirs;
  core::Cut cut;
  std::uint64_t round = 0;  // Round trips that it took to get here.
};

class Descent {
 public:
  // Only what overlaps `within` is walked; `index` outlives the descent.
  Descent(const merkle::Index& index, core::Range within) : index_{index}, within_{within} {}

  // The peer's opening; none: list everything. `basis`' cut is kept by the index, here and below.
  core::Result<void> on_train(const std::vector<Division>& train, const Basis& basis);

  // The next question, if there is one; without lists while `may_list` is false.
  std::optional<Descend> take_question(const Basis& basis, std::uint32_t request, bool may_list);

  // The cut of the question, none for what was never asked.
  std::optional<core::Cut> cut_of(std::uint32_t request) const;
  // Nothing changes on an error.
  core::Result<std::vector<Leaf>> on_reply(const DescendReply& reply);
  // The question was not answered: its pieces wait again.
  void put_back(std::uint32_t request);
  // The rest of a leaf that could not be compared at its cut.
  void list_again(core::Range range, std::uint64_t round);

  std::size_t in_flight() const { return questions_.size(); }
  bool has_pieces() const { return !to_cut_.empty() || !to_list_.empty(); }
  bool is_done() const { return !has_pieces() && questions_.empty(); }
  std::uint64_t rounds() const { return rounds_; }
  std::uint64_t ranges_compared() const { return ranges_compared_; }

 private:
  struct Waiting {
    Piece piece;
    std::uint64_t round;
  };
  struct Question {
    Basis basis;
    std::uint64_t round = 0;
    std::vector<Piece> cut;  // In key order, like the divisions that were sent.
    std::vector<core::Range> listed;
  };
  // What a reply brings, before anything is changed.
  struct Harvest {
    std::vector<Piece> pieces;
    std::vector<core::Range> unlisted;
    std::uint64_t compared = 0;
  };

  void wait_for(std::vector<Piece> pieces, std::uint64_t round);
  core::Result<Harvest> check_reply(const Question& question, const DescendReply& reply) const;
  core::Result<std::vector<Piece>> pieces_of(const Question& question,
                                             const Division& theirs) const;
  core::Result<std::vector<core::Range>> unlisted_of(const Question& question,
                                                     const std::vector<ItemList>& lists) const;

  const merkle::Index& index_;
  core::Range within_;
  std::vector<Waiting> to_cut_;
  std::vector<Waiting> to_list_;
  std::map<std::uint32_t, Question> questions_;
  std::uint64_t rounds_ = 1;  // The opening.
  std::uint64_t ranges_compared_ = 0;
};

}
