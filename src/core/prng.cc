#include "core/prng.h"

#include <bit>

#include "core/assert.h"

namespace starling::core {

std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

Prng::Prng(std::uint64_t seed) : seed_{seed} {
  for (auto& word : state_) {
    word = mix(seed);
    seed += 0x9E3779B97F4A7C15u;
  }
}

std::uint64_t Prng::next() {
  const auto result = std::rotl(state_[1] * 5, 7) * 9;
  const auto shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Prng::below(std::uint64_t bound) {
  STARLING_ASSERT(bound > 0);
  const auto rejected = (0 - bound) % bound;
  for (;;) {
    const auto product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= rejected) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

Prng Prng::fork(std::string_view purpose) const {
  auto seed = seed_;
  for (const char letter : purpose) seed = mix(seed ^ static_cast<unsigned char>(letter));
  return Prng{seed};
}

}
