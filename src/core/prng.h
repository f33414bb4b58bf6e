#pragma once
// The only source of randomness below the waterline: seeded, so that a seed replays bit for bit.
// xoshiro256** by Blackman and Vigna (2018), seeded through splitmix64.

#include <array>
#include <cstdint>
#include <string_view>

namespace starling::core {

class Prng {
 public:
  explicit Prng(std::uint64_t seed);

  std::uint64_t next();
  // Uniform in [0, bound); `bound` above 0. Unbiased (Lemire 2019).
  std::uint64_t below(std::uint64_t bound);
  bool chance(std::uint64_t numerator, std::uint64_t denominator) {
    return below(denominator) < numerator;
  }

  // An independent generator per purpose, so that a new draw here does not shift the others.
  Prng fork(std::string_view purpose) const;

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

// One step of splitmix64: a cheap, well-mixed 64-bit function.
std::uint64_t mix(std::uint64_t value);

}
