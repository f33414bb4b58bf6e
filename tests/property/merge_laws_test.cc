// The join of records: whatever arrives, in whatever order and how often, all replicas end equal.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <utility>
#include <vector>

#include "core/prng.h"
#include "core/record.h"
#include "generators.h"

namespace starling::core {

TEST_CASE("the merge of records is a join") {
  const auto commutative = [](const Record& a, const Record& b) {
    RC_ASSERT(merge(a, b) == merge(b, a));
  };
  CHECK(rc::check("merge is commutative", commutative));

  const auto associative = [](const Record& a, const Record& b, const Record& c) {
    RC_ASSERT(merge(merge(a, b), c) == merge(a, merge(b, c)));
  };
  CHECK(rc::check("merge is associative", associative));

  const auto idempotent = [](const Record& a, const Record& b) {
    RC_ASSERT(merge(a, a) == a);
    RC_ASSERT(merge(merge(a, b), b) == merge(a, b));
  };
  CHECK(rc::check("merge is idempotent", idempotent));
}

TEST_CASE("the order behind the merge is total") {
  const auto total = [](const Record& a, const Record& b) {
    RC_ASSERT(wins_over(a, b) + wins_over(b, a) + (a == b) == 1);
    RC_CLASSIFY(a.head.stamp == b.head.stamp, "equal stamps");
    RC_CLASSIFY(a.head == b.head && a != b, "equal heads");
  };
  CHECK(rc::check("exactly one of two different records wins", total));

  const auto transitive = [](const Record& a, const Record& b, const Record& c) {
    if (wins_over(a, b) && wins_over(b, c)) RC_ASSERT(wins_over(a, c));
  };
  CHECK(rc::check("winning is transitive", transitive));

  const auto by_stamp = [](const Record& a, const Record& b) {
    if (a.head.stamp > b.head.stamp) RC_ASSERT(wins_over(a, b));
  };
  CHECK(rc::check("the larger stamp wins", by_stamp));
}

TEST_CASE("replicas that heard the same records hold the same one") {
  const auto convergent = [](const std::vector<Record>& records) {
    RC_PRE(!records.empty());
    const auto fold = [](const std::vector<Record>& heard) {
      auto held = heard.front();
      for (const auto& record : heard) held = merge(held, record);
      return held;
    };
    auto shuffled = records;
    Prng prng{*rc::gen::arbitrary<std::uint64_t>()};
    for (auto i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[prng.below(i)]);
    RC_ASSERT(fold(records) == fold(shuffled));
  };
  CHECK(rc::check("any order gives the same record", convergent));
}

}
