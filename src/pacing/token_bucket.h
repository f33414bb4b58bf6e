#pragma once
// A rate with a burst: tokens drip in at `per_second` up to `burst`, and what is done costs tokens.
// Exact in integers: no drift, whatever the pattern of calls.
//
// A cost above the burst is granted by a full bucket and leaves it in debt, so that one large
// record passes and the mean rate still holds.

#include <cstdint>

#include "core/time.h"

namespace starling::pacing {

struct BucketOptions {
  std::uint64_t per_second;  // Above zero.
  std::uint64_t burst;       // Above zero; with per_second and every cost below 2^62.
};

class TokenBucket {
 public:
  // Full at `now`.
  TokenBucket(BucketOptions options, core::Instant now);

  // Takes `cost` and answers true, or takes nothing and answers false. A `now` before an earlier
  // one counts as that one.
  bool take(std::uint64_t cost, core::Instant now);

  // The first moment at which take(cost) will answer true, if nobody takes anything meanwhile.
  core::Instant when(std::uint64_t cost, core::Instant now);

 private:
  void fill(core::Instant now);
  std::int64_t needed(std::uint64_t cost) const;

  BucketOptions options_;
  std::int64_t level_;            // Negative: in debt.
  std::uint64_t billionths_ = 0;  // Of one token, on the way.
  core::Instant filled_at_;
};

}
