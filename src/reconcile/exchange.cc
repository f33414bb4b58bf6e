#include "reconcile/exchange.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/limits.h"
#include "reconcile/division.h"
#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;
using core::Errc;
using core::fail;

}

void Pulls::want(Wish wish) {
  if (wish.wanted.keys.empty()) return;
  keys_waiting_ += wish.wanted.keys.size();
  wishes_.push_back(std::move(wish));
}

void Pulls::wait_first(Wish wish) {
  keys_waiting_ += wish.wanted.keys.size();
  wishes_.push_front(std::move(wish));
}

std::optional<Pull> Pulls::take_question(const Basis& basis, std::uint32_t request,
                                         ports::Want want) {
  if (wishes_.empty()) return std::nullopt;
  Question question{};
  auto room = want == ports::Want::heads ? limits::batch_records_max : keys_per_question();
  std::size_t bytes = 0;
  while (room > 0 && !wishes_.empty() && bytes < limits::batch_bytes_max &&
         question.wishes.size() < limits::ranges_per_message_max) {
    const auto count = wishes_.front().wanted.keys.size();
    // A wish is never split: two parts in one question would overlap.
    if (count > room && !question.wishes.empty()) break;
    room -= std::min(room, count);
    keys_waiting_ -= count;
    auto part = std::move(wishes_.front());
    wishes_.pop_front();
    bytes += size_of(part.wanted);
    question.round = std::max(question.round, part.round + 1);
    question.wishes.push_back(std::move(part));
  }
  std::ranges::sort(question.wishes, {}, [](const Wish& wish) { return wish.wanted.range.begin; });
  Pull pull{.basis = basis, .request = request, .want = want};
  for (const auto& wish : question.wishes) pull.wanted.push_back(wish.wanted);
  questions_.emplace(request, std::move(question));
  return pull;
}

std::size_t Pulls::keys_per_question() const {
  return std::clamp(limits::batch_bytes_max / record_bytes_, std::size_t{1},
                    limits::batch_records_max);
}

std::uint64_t Pulls::expected_bytes() const {
  return std::min(keys_waiting_, keys_per_question()) * record_bytes_;
}

core::Result<Pulls::Position> Pulls::check(const Question& question, const PullReply& reply) const {
  if (reply.value_bytes.size() != reply.records.size()) {
    return fail(Errc::malformed, "records and their lengths do not match");
  }
  if (!reply.is_complete && reply.records.empty()) {
    return fail(Errc::malformed, "an incomplete answer that brings nothing");
  }
  Position at;
  const core::Bytes* last = nullptr;
  for (const auto& [key, record] : reply.records) {
    if (last != nullptr && key <= *last) return fail(Errc::malformed, "records out of order");
    last = &key;
    while (at.wish < question.wishes.size() &&
           !question.wishes[at.wish].wanted.range.contains(key)) {
      at = {at.wish + 1, 0};
    }
    if (at.wish == question.wishes.size()) return fail(Errc::unexpected, "an unasked record");
    const auto& keys = question.wishes[at.wish].wanted.keys;
    const auto hash = short_hash(key_.key_hash(key));
    const auto from = keys.begin() + static_cast<std::ptrdiff_t>(at.key);
    if (const auto found = std::find(from, keys.end(), hash); found != keys.end()) {
      at.key = static_cast<std::size_t>(found - keys.begin()) + 1;
    } else if (std::find(keys.begin(), from, hash) == from) {
      return fail(Errc::unexpected, "an unasked record");
    }  // Else two keys share a hash, and the second of them has come where the first was expected.
  }
  return at;
}

core::Result<std::vector<OurRecord>> Pulls::on_reply(const PullReply& reply) {
  const auto found = questions_.find(reply.request);
  if (found == questions_.end()) return fail(Errc::unexpected, "nobody asked for these records");
  auto at = check(found->second, reply);
  if (!at) return std::unexpected{at.error()};

  // Every check has passed. From here on nothing can fail.
  auto question = std::move(found->second);
  questions_.erase(found);
  rounds_ = std::max(rounds_, question.round);
  std::size_t bytes = 0;
  for (const auto& record : reply.records) bytes += size_of(record);
  if (bytes > 0) record_bytes_ = bytes / reply.records.size();
  auto& wishes = question.wishes;
  std::vector<OurRecord> answered;
  if (!reply.is_complete) {
    while (wishes.size() > at->wish + 1) {
      wishes.back().round = question.round;
      wait_first(std::move(wishes.back()));
      wishes.pop_back();
    }
    auto& cut_off = wishes.back();
    const auto& last = reply.records.back().key;
    auto rest = cut_off;
    rest.round = question.round;
    rest.wanted.range.begin = last + '\0';
    rest.wanted.keys.erase(rest.wanted.keys.begin(),
                           rest.wanted.keys.begin() + static_cast<std::ptrdiff_t>(at->key));
    if (!rest.wanted.keys.empty()) {
      std::erase_if(rest.ours, [&](const OurRecord& record) { return record.key <= last; });
      std::erase_if(cut_off.ours, [&](const OurRecord& record) { return record.key > last; });
      wait_first(std::move(rest));
    }
  }
  for (auto& wish : wishes) std::ranges::move(wish.ours, std::back_inserter(answered));
  return answered;
}

void Pulls::put_back(std::uint32_t request) {
  auto question = questions_.extract(request);
  if (question.empty()) return;
  for (auto& wish : question.mapped().wishes) {
    wish.round = question.mapped().round;
    wait_first(std::move(wish));
  }
}

std::vector<Pushes::Offer> Pushes::take_batch() {
  const auto end = offers_.begin() + static_cast<std::ptrdiff_t>(next_batch().records);
  std::vector<Offer> batch{std::move_iterator{offers_.begin()}, std::move_iterator{end}};
  offers_.erase(offers_.begin(), end);
  return batch;
}

Pushes::Extent Pushes::next_batch() const {
  Extent batch;
  for (const auto& offer : offers_) {
    const auto bytes = offer.key.size() + offer.bytes;
    const bool is_full = batch.records == limits::batch_records_max ||
                         (batch.records > 0 && batch.bytes + bytes > limits::batch_bytes_max);
    if (is_full) break;
    ++batch.records;
    batch.bytes += bytes;
  }
  return batch;
}

std::vector<ports::KeyedRecord> Pushes::fit(std::vector<ports::KeyedRecord> records,
                                            std::uint64_t round) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < records.size()) {
    bytes += size_of(records[count]);
    if (count > 0 && bytes > 2 * limits::batch_bytes_max) break;
    ++count;
  }
  for (auto i = count; i < records.size(); ++i) {
    offers_.push_front({std::move(records[i].key), records[i].record.value.size(), round});
  }
  records.resize(count);
  return records;
}

}
