#pragma once
// The promises, checked from outside on what the hosts hold and what the clients were told. Pure:
// forged histories prove that each of them can fail (checkers_test.cc).

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "merkle/hash.h"
#include "merkle/summary.h"
#include "node/status.h"
#include "sim/history.h"

namespace starling::sim {

using Contents = std::map<core::Bytes, core::Record>;

// No acknowledged write lost, no delete undone, nothing served that nobody wrote, nothing refused
// that took effect. `contents` of one host, after all is healed and equal.
Violations check_promises(const History& history, const Contents& contents);

// Every call of a client was answered.
Violations check_answers(const History& history);

// What one host held and said at one moment.
struct View {
  std::size_t host = 0;
  core::Cut cut;
  merkle::Summary root;
  Contents contents;
};
// A root is the sum of its records, and roots at one cut are equal exactly when the records are.
// Looks at views whose records are all at or below the cut: others cannot be judged from outside.
Violations check_roots(const merkle::DigestKey& key, const std::vector<View>& views);
bool is_settled(const View& view);

// Nothing was repaired between the two moments: neither sessions nor records moved by them.
Violations check_no_repair(const node::Status& before, const node::Status& after);

// What hosts answered to reads: only what was written, and never older than before.
class ReadBook {
 public:
  void on_read(const History& history, std::size_t host, const core::Bytes& key,
               core::BytesView value);
  // A host whose power failed may have lost what it served.
  void on_power_loss(std::size_t host);
  const Violations& violations() const { return violations_; }

 private:
  std::map<std::pair<std::size_t, core::Bytes>, core::Stamp> served_;
  Violations violations_;
};

}
