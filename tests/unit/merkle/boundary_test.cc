#include "merkle/boundary.h"

#include <doctest/doctest.h>

#include "core/limits.h"
#include "core/prng.h"

namespace starling::merkle {

TEST_CASE("a hash is a boundary below 2^64 / 48 and not from there on") {
  constexpr std::uint64_t threshold = ~std::uint64_t{0} / 48;
  CHECK(boundary_level(threshold - 1) == 0);
  CHECK(boundary_level(threshold) == no_boundary);
  CHECK(boundary_level(~std::uint64_t{0}) == no_boundary);
}

TEST_CASE("each level asks for a hash 32 times smaller, up to the last") {
  std::uint64_t threshold = ~std::uint64_t{0} / 48;
  for (int level = 0; level < core::limits::tree_levels; ++level, threshold /= 32) {
    CHECK(boundary_level(threshold - 1) == level);
  }
  CHECK(boundary_level(0) == core::limits::tree_levels - 1);
}

TEST_CASE("one hash in 48 is a boundary") {
  core::Prng prng{1};
  int boundaries = 0;
  for (int i = 0; i < 480'000; ++i) boundaries += boundary_level(prng.next()) != no_boundary;
  CHECK(boundaries > 9'700);
  CHECK(boundaries < 10'300);
}

}
