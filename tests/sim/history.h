#pragma once
// What the clients did and what they were told, and under which stamps it reached the stores, as
// seen from outside. Any value proves the write that made it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/stamp.h"
#include "node/local_api.h"
#include "ports/store.h"

namespace starling::sim {

struct Violation {
  std::string invariant;  // A short name, stable.
  std::string detail;
};
using Violations = std::vector<Violation>;

struct Intent {
  std::size_t host = 0;
  core::Bytes key;  // Encoded.
  bool is_erase = false;
  node::Ack level = node::Ack::fast;
};

enum class Fate {
  open,
  acknowledged,
  refused,  // Must never take effect.
  unknown,  // The host died, or the client left: it may have taken effect or not.
};

struct Write {
  std::uint64_t id = 0;
  Intent intent;
  Fate fate = Fate::open;
  bool did_nothing = false;             // An erase of what was absent.
  std::optional<core::Stamp> stamp;     // Of its own record.
  std::optional<core::Stamp> at_least;  // Its own, or of what replaced it in the same batch.
  std::uint64_t batches = 0;            // That its disk held when it was acknowledged.
  bool may_be_lost = false;             // `fast`, and the power failed before a sync.
};

core::Bytes value_of(std::uint64_t write);
// The write that a value claims to be of; none when it is no value of ours.
std::optional<std::uint64_t> write_of(core::BytesView value);

class History {
 public:
  std::uint64_t begin(Intent intent);
  // Its body has run and changed something: the next batch of its host holds it.
  void ran(std::uint64_t write);
  void did_nothing(std::uint64_t write);
  void acknowledged(std::uint64_t write, std::uint64_t batches_written);
  void refused(std::uint64_t write);
  void abandoned(std::uint64_t write);

  void on_batch(std::size_t host, const ports::Batch& batch);
  // The process is gone, and of what it wrote the first `batches_left` batches are there.
  void on_down(std::size_t host, std::uint64_t batches_left);

  const std::vector<Write>& writes() const { return writes_; }
  const Write* find(std::uint64_t id) const;

 private:
  std::vector<Write> writes_;  // By id, from 1.
  // By host and key: bodies that ran since the last batch.
  std::map<std::pair<std::size_t, core::Bytes>, std::vector<std::uint64_t>> running_;
};

}
