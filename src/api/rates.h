#pragma once
// What happened per second of late: totals sampled once a second or so, compared over the window.

#include <cstdint>
#include <deque>

#include "core/time.h"

namespace starling::api {

class Rates {
 public:
  struct Totals {
    std::uint64_t commands = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };

  void sample(core::Instant now, Totals totals);

  std::uint64_t commands_per_second() const { return per_second(&Totals::commands); }
  std::uint64_t kilobytes_in_per_second() const { return per_second(&Totals::bytes_in) / 1024; }
  std::uint64_t kilobytes_out_per_second() const { return per_second(&Totals::bytes_out) / 1024; }

 private:
  struct Sample {
    core::Instant at;
    Totals totals;
  };
  std::uint64_t per_second(std::uint64_t Totals::* which) const;

  std::deque<Sample> samples_;
};

}
