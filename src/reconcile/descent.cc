#include "reconcile/descent.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;
using core::Errc;
using core::fail;

// Every fingerprint of a question may be answered by a range of its own, and the answer has room
// for so many.
constexpr std::size_t fingerprints_per_question = limits::ranges_per_message_max;
constexpr std::size_t lists_per_question = 256;

bool overlap(const core::Range& a, const core::Range& b) {
  return a.begin < b.end && b.begin < a.end;
}

core::Range common_part(const core::Range& a, const core::Range& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

bool holds(const core::Range& outer, const core::Range& inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

const core::Range& range_of(const core::Range& range) { return range; }
const core::Range& range_of(const Piece& piece) { return piece.range; }

bool precedes(const core::Range& a, const core::Range& b) { return a.begin < b.begin; }

// The one of `asked`, which is in key order, that holds `range`.
template <typename Asked>
const Asked* asked_about(const std::vector<Asked>& asked, const core::Range& range) {
  auto after = std::ranges::upper_bound(asked, range.begin, {},
                                        [](const Asked& one) { return range_of(one).begin; });
  if (after == asked.begin()) return nullptr;
  const auto& candidate = *std::prev(after);
  return holds(range_of(candidate), range) ? &candidate : nullptr;
}

bool are_disjoint(const DescendReply& reply) {
  std::vector<const core::Range*> ranges;
  for (const auto& division : reply.divisions) ranges.push_back(&division.range);
  for (const auto& list : reply.lists) ranges.push_back(&list.range);
  std::ranges::sort(ranges, [](auto* a, auto* b) { return precedes(*a, *b); });
  return std::ranges::adjacent_find(ranges, [](auto* a, auto* b) { return overlap(*a, *b); }) ==
         ranges.end();
}

}

core::Result<void> Descent::on_train(const std::vector<Division>& train, const Basis& basis) {
  if (train.empty()) {
    wait_for({{core::all_users(), list_level}}, 1);
    return {};
  }
  const auto& whole = train.front();
  if (auto good = check(whole); !good) return good;
  if (train.size() > 1 || whole.range != core::all_users()) {
    return fail(Errc::malformed, "an opening that is not about everything");
  }
  ranges_compared_ += whole.fingerprints.size();
  wait_for(differing(index_, whole, whole.level, basis, Width::half), 1);
  return {};
}

void Descent::wait_for(std::vector<Piece> pieces, std::uint64_t round) {
  for (auto& piece : pieces) {
    if (!overlap(piece.range, within_)) continue;
    if (piece.level == list_level) {
      to_list_.push_back({{common_part(piece.range, within_), list_level}, round});
    } else {
      to_cut_.push_back({std::move(piece), round});
    }
  }
}

std::optional<Descend> Descent::take_question(const Basis& basis, std::uint32_t request,
                                              bool may_list) {
  Descend descend;
  descend.basis = basis;
  descend.request = request;
  Question question;
  question.basis = basis;
  std::size_t fingerprints = 0;
  std::size_t bytes = 0;
  while (!to_cut_.empty() && bytes < limits::batch_bytes_max) {
    auto division = divide(index_, to_cut_.back().piece, basis);
    if (division) {
      fingerprints += division->fingerprints.size();
      if (fingerprints > fingerprints_per_question && !descend.divisions.empty()) break;
      bytes += size_of(*division);
      question.round = std::max(question.round, to_cut_.back().round + 1);
      question.cut.push_back(to_cut_.back().piece);
      descend.divisions.push_back(std::move(*division));
    } else {
      to_list_.push_back(
          {{common_part(to_cut_.back().piece.range, within_), list_level}, to_cut_.back().round});
    }
    to_cut_.pop_back();
  }
  while (may_list && !to_list_.empty() && bytes < limits::batch_bytes_max &&
         descend.to_list.size() < lists_per_question) {
    bytes += size_of(to_list_.back().piece.range);
    question.round = std::max(question.round, to_list_.back().round + 1);
    descend.to_list.push_back(std::move(to_list_.back().piece.range));
    to_list_.pop_back();
  }
  if (descend.divisions.empty() && descend.to_list.empty()) return std::nullopt;
  std::ranges::sort(descend.divisions, precedes, &Division::range);
  std::ranges::sort(descend.to_list, precedes);
  std::ranges::sort(question.cut, precedes, &Piece::range);
  question.listed = descend.to_list;
  questions_.emplace(request, std::move(question));
  return descend;
}

std::optional<core::Cut> Descent::cut_of(std::uint32_t request) const {
  const auto question = questions_.find(request);
  if (question == questions_.end()) return std::nullopt;
  return question->second.basis.cut;
}

void Descent::put_back(std::uint32_t request) {
  auto question = questions_.extract(request);
  if (question.empty()) return;
  const auto round = question.mapped().round;
  wait_for(std::move(question.mapped().cut), round);
  for (auto& range : question.mapped().listed) list_again(std::move(range), round);
}

void Descent::list_again(core::Range range, std::uint64_t round) {
  to_list_.push_back({{std::move(range), list_level}, round});
}

core::Result<std::vector<Leaf>> Descent::on_reply(const DescendReply& reply) {
  const auto found = questions_.find(reply.request);
  if (found == questions_.end()) return fail(Errc::unexpected, "nobody asked for this division");
  auto& question = found->second;
  auto harvest = check_reply(question, reply);
  if (!harvest) return std::unexpected{harvest.error()};

  // Every check has passed. From here on nothing can fail.
  const auto waiting = to_cut_.size() + to_list_.size() + harvest->pieces.size();
  if (waiting > limits::session_ranges_max) {  // Too many to walk one by one: list them whole.
    for (auto& piece : question.cut) piece.level = list_level;
    harvest->pieces = std::move(question.cut);
  }
  wait_for(std::move(harvest->pieces), question.round);
  for (auto& range : harvest->unlisted) list_again(std::move(range), question.round);
  std::vector<Leaf> leaves;
  leaves.reserve(reply.lists.size());
  for (const auto& list : reply.lists) leaves.push_back({list, question.basis.cut, question.round});
  rounds_ = std::max(rounds_, question.round);
  ranges_compared_ += harvest->compared;
  questions_.erase(found);
  return leaves;
}

core::Result<Descent::Harvest> Descent::check_reply(const Question& question,
                                                    const DescendReply& reply) const {
  if (!are_disjoint(reply)) return fail(Errc::malformed, "ranges of an answer overlap");
  Harvest harvest;
  for (const auto& division : reply.divisions) {
    auto pieces = pieces_of(question, division);
    if (!pieces) return std::unexpected{pieces.error()};
    std::ranges::move(*pieces, std::back_inserter(harvest.pieces));
    harvest.compared += division.fingerprints.size();
  }
  harvest.compared += reply.lists.size();
  auto unlisted = unlisted_of(question, reply.lists);
  if (!unlisted) return std::unexpected{unlisted.error()};
  harvest.unlisted = std::move(*unlisted);
  return harvest;
}

core::Result<std::vector<Piece>> Descent::pieces_of(const Question& question,
                                                    const Division& theirs) const {
  if (auto good = check(theirs); !good) return std::unexpected{good.error()};
  const auto* asked = asked_about(question.cut, theirs.range);
  if (asked == nullptr) return fail(Errc::unexpected, "nobody asked about this range");
  // A single piece is no cut: "it differs, and I have not cut it". We go on from what we asked.
  if (theirs.boundaries.empty()) {
    return differing(index_, theirs, asked->level, question.basis, Width::whole);
  }
  // Without this a peer could keep us walking for ever.
  if (theirs.level >= asked->level) return fail(Errc::malformed, "an answer that is no deeper");
  return differing(index_, theirs, theirs.level, question.basis, Width::whole);
}

// What of the ranges that we asked to list is still to be listed.
core::Result<std::vector<core::Range>> Descent::unlisted_of(
    const Question& question, const std::vector<ItemList>& lists) const {
  auto unlisted = question.listed;
  std::vector<const ItemList*> in_order;
  for (const auto& list : lists) in_order.push_back(&list);
  std::ranges::sort(in_order, [](auto* a, auto* b) { return precedes(a->range, b->range); });
  bool has_progress = !question.cut.empty();
  for (const auto* list : in_order) {
    if (list->range.is_empty()) return fail(Errc::malformed, "an empty range is listed");
    if (asked_about(question.cut, list->range) != nullptr) continue;
    const auto* asked = asked_about(question.listed, list->range);
    if (asked == nullptr) return fail(Errc::unexpected, "nobody asked to list this range");
    auto& rest = unlisted[static_cast<std::size_t>(asked - question.listed.data())];
    if (list->range.begin != rest.begin) return fail(Errc::malformed, "a list with a gap");
    rest.begin = list->range.end;
    has_progress = true;
  }
  if (!has_progress) return fail(Errc::malformed, "an answer without any of the lists asked for");
  std::erase_if(unlisted, [](const core::Range& range) { return range.is_empty(); });
  return unlisted;
}

}
