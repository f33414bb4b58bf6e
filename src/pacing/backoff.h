#pragma once
// How long to wait before trying again: exponential with full jitter, so that many who lost the
// same peer do not come back together.
//
//   after failure n: uniform in [least, min(most, least * 2^n)]

#include "core/prng.h"
#include "core/time.h"

namespace starling::pacing {

struct BackoffOptions {
  core::Duration least;  // Above zero.
  core::Duration most;   // At least `least`.
};

class Backoff {
 public:
  Backoff(BackoffOptions options, core::Prng prng);

  // The wait after another failure.
  core::Duration next();
  // It worked: the next failure is a first one again.
  void reset() { ceiling_ = options_.least; }

 private:
  BackoffOptions options_;
  core::Prng prng_;
  core::Duration ceiling_;  // What the last wait was drawn below.
};

}
