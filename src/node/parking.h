#pragma once
// Operations that wait for records to be read from disk. An operation names its keys; it runs at
// once when all can be read from memory and nobody waits for one of them, else when the last one
// has been fetched. Operations on one key run in the order in which they came, so no write can
// slip between a fetch and its use.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "node/record_table.h"

namespace starling::node {

class Parking {
 public:
  using Operation = std::move_only_function<void()>;

  explicit Parking(RecordTable& records) : records_{records} {}

  // Runs `operation` now, its keys pinned (and answers no keys), or parks it. The answer: keys to
  // be fetched now; those of operations that wait already are on their way. `bytes` is what parking
  // it holds.
  std::vector<core::Bytes> admit(std::vector<core::Bytes> keys, std::size_t bytes,
                                 Operation operation);
  // Runs what waited for this key alone, in order.
  void on_fetched(const core::Bytes& key, ports::ReadResult result);

  std::size_t operations() const { return operations_; }
  bool is_full() const;

 private:
  struct Parked {
    std::vector<core::Bytes> keys;
    std::size_t missing;  // Of its keys, how many cannot be read yet.
    std::size_t bytes;
    Operation operation;
  };
  struct Place {
    bool is_fetched = false;
    std::deque<std::shared_ptr<Parked>> queue;  // Shared by the queues of all its keys.
  };

  std::vector<core::Bytes> park(std::vector<core::Bytes> keys, std::size_t bytes,
                                Operation operation);
  void settle(std::vector<core::Bytes> keys);

  RecordTable& records_;
  std::map<core::Bytes, Place> places_;
  std::size_t operations_ = 0;
  std::size_t bytes_ = 0;
};

}
