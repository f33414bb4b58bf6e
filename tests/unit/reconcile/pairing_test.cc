#include "reconcile/pairing.h"

#include <doctest/doctest.h>

#include "merkle/hash.h"

namespace starling::reconcile {
namespace {

OurRecord ours(std::uint32_t hash, std::uint64_t hlc, std::uint64_t origin = 1) {
  return {.key = "ukey", .head = {.stamp = {{hlc}, {origin}}}, .hash = hash};
}
Item theirs(std::uint32_t hash, std::uint64_t hlc, std::uint64_t origin = 1) {
  return {hash, {hlc}, merkle::rest_hash(ours(hash, hlc, origin).head)};
}

using Keys = std::vector<std::uint32_t>;

TEST_CASE("each key is ahead on the side that has it newer, or at all") {
  Pairing pairing{{theirs(1, 10), theirs(2, 10), theirs(3, 10), theirs(4, 10), theirs(6, 10)}};
  const auto differing =
      pairing.take({ours(1, 10), ours(2, 11), ours(3, 9), ours(4, 10, 2), ours(5, 10)});
  REQUIRE(differing.size() == 4);
  CHECK(differing[0].ahead == Ahead::ours);
  CHECK(differing[1].ahead == Ahead::theirs);
  CHECK(differing[2].ahead == Ahead::both);
  CHECK(differing[3].ahead == Ahead::only_ours);
  CHECK(pairing.theirs_differing(false) == Keys{3, 4, 6});
  CHECK(pairing.theirs_differing(true) == Keys{2, 3, 4, 6});
  CHECK(pairing.only_theirs() == 1);
}

TEST_CASE("chunks of ours pair as the whole does") {
  Pairing pairing{{theirs(9, 1), theirs(1, 1), theirs(5, 1)}};
  CHECK(pairing.take({ours(9, 1)}).empty());
  CHECK(pairing.take({}).empty());
  CHECK(pairing.take({ours(5, 1)}).empty());
  CHECK(pairing.theirs_differing(true) == Keys{1});
}

TEST_CASE("where hashes collide nothing is taken for equal") {
  SUBCASE("two of theirs") {
    Pairing pairing{{theirs(1, 10), theirs(1, 20)}};
    CHECK(pairing.take({ours(1, 10)}).at(0).ahead == Ahead::both);
    CHECK(pairing.theirs_differing(false) == Keys{1, 1});
  }
  SUBCASE("two of ours") {
    Pairing pairing{{theirs(1, 10)}};
    const auto differing = pairing.take({ours(1, 10), ours(1, 20)});
    REQUIRE(differing.size() == 1);
    CHECK(differing[0].ahead == Ahead::both);
    CHECK(pairing.theirs_differing(false) == Keys{1});
  }
}

TEST_CASE("an empty list makes everything ours alone") {
  Pairing pairing{{}};
  CHECK(pairing.take({ours(1, 1), ours(2, 2)}).size() == 2);
  CHECK(pairing.theirs_differing(true).empty());
}

}
}
