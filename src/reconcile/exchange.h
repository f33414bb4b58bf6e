#pragma once
// What a session still has to move, and what of it is on the way: records (or heads) wanted from
// the peer, and records that the peer lacks. The initiator's half of the exchange.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/result.h"
#include "merkle/hash.h"
#include "reconcile/messages.h"
#include "reconcile/pairing.h"

namespace starling::reconcile {

class Pulls {
 public:
  // Keys of one listed range. A comparison adds our records of the keys that differ.
  struct Wish {
    Wanted wanted;
    std::vector<OurRecord> ours{};  // In key order.
    std::uint64_t round = 0;
  };

  explicit Pulls(const merkle::DigestKey& key) : key_{key} {}

  void want(Wish wish);
  std::optional<Pull> take_question(const Basis& basis, std::uint32_t request, ports::Want want);
  bool has_asked(std::uint32_t request) const { return questions_.contains(request); }

  // Our records of the keys that are answered now, in key order like the reply's records; what is
  // left of an incomplete answer waits again. Nothing changes on an error.
  core::Result<std::vector<OurRecord>> on_reply(const PullReply& reply);
  void put_back(std::uint32_t request);

  bool has_full_batch() const { return keys_waiting_ >= keys_per_question(); }
  // What the next answer may weigh, judged by those that came.
  std::uint64_t expected_bytes() const;
  std::size_t in_flight() const { return questions_.size(); }
  std::size_t keys_waiting() const { return keys_waiting_; }
  bool is_done() const { return wishes_.empty() && questions_.empty(); }
  std::uint64_t rounds() const { return rounds_; }

 private:
  struct Question {
    std::vector<Wish> wishes;  // In key order.
    std::uint64_t round;
  };
  // How far an answer got: all wishes before `wish`, and of that the keys before `key`.
  struct Position {
    std::size_t wish = 0;
    std::size_t key = 0;
  };

  core::Result<Position> check(const Question& question, const PullReply& reply) const;
  void wait_first(Wish wish);
  std::size_t keys_per_question() const;

  const merkle::DigestKey& key_;
  std::deque<Wish> wishes_;
  std::size_t keys_waiting_ = 0;
  std::map<std::uint32_t, Question> questions_;
  std::uint64_t rounds_ = 0;
  std::size_t record_bytes_ = 1024;  // Of one record, on the average of the last answer.
};

class Pushes {
 public:
  struct Offer {
    core::Bytes key;
    std::uint64_t bytes;  // Of the value, as listed.
    std::uint64_t round;
  };

  void offer(Offer offer) { offers_.push_back(std::move(offer)); }
  // At least one, if there is one.
  std::vector<Offer> take_batch();
  bool has_full_batch() const { return next_batch().records < offers_.size(); }
  std::uint64_t batch_bytes() const { return next_batch().bytes; }
  // Of fetched records, as many as fit a message; the others wait again with their real size.
  std::vector<ports::KeyedRecord> fit(std::vector<ports::KeyedRecord> records, std::uint64_t round);

  std::size_t waiting() const { return offers_.size(); }

 private:
  struct Extent {
    std::size_t records = 0;
    std::uint64_t bytes = 0;
  };
  Extent next_batch() const;

  std::deque<Offer> offers_;
};

}
