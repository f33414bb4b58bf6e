#pragma once
// How long a member is suspected before it counts as dead: long while one accuser stands alone,
// shorter with every witness who came to the same conclusion by itself. Arithmetic apart from
// time; the formulae are those of Lifeguard as hashicorp/memberlist uses them, in integers.
//
//   longest ──first witness──▶ … ──last witness──▶ shortest
//   lasts = longest − (longest − shortest) · log(witnesses + 1) / log(wanted + 1)

#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "membership/options.h"

namespace starling::membership {

// log2(n) in units of 2^-16; `n` above 0.
std::int64_t log2_fixed(std::uint64_t n);
// The least d with 10^d ≥ n.
std::size_t log10_ceiling(std::uint64_t n);

struct SuspicionOptions {
  core::Duration shortest;
  core::Duration longest;
  std::size_t wanted;  // Witnesses after whom it does not get shorter.
};

// For a group of `members`, the suspect and ourselves included.
SuspicionOptions suspicion_for(std::size_t members, const MembershipOptions& options);

class Suspicion {
 public:
  Suspicion(core::NodeId accuser, SuspicionOptions options, core::Instant now);

  // Somebody suspects the same member. True when that is news, worth passing on. The accuser never
  // counts: its own accusation may come back to us.
  bool confirm(core::NodeId witness);
  // The suspect was heard after all: the time starts again.
  void restart(core::Instant now) { since_ = now; }

  core::Instant since() const { return since_; }
  core::Instant deadline() const;
  core::NodeId accuser() const { return witnesses_.front(); }

 private:
  SuspicionOptions options_;
  core::Instant since_;
  std::vector<core::NodeId> witnesses_;  // The first is the accuser, who does not count.
};

}
