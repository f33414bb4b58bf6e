#include "core/stamp.h"

#include <doctest/doctest.h>

namespace starling::core {

TEST_CASE("a reading keeps milliseconds and logical part apart") {
  const Hlc reading{Hlc::from_ms(1234).value + 7};
  CHECK(reading.ms() == 1234);
  CHECK(reading.logical() == 7);
}

TEST_CASE("the reading that ends a cut is in it, the next one is not") {
  const auto end = end_of(Cut{5});
  CHECK(end == Hlc::from_ms(5000));
  CHECK(cut_of(end) == Cut{5});
  CHECK(cut_of(Hlc{end.value + 1}) == Cut{6});
  CHECK(cut_of(Hlc{end_of(Cut{4}).value + 1}) == Cut{5});
}

TEST_CASE("the first and the last reading have a cut") {
  CHECK(cut_of(Hlc{0}) == Cut{0});
  CHECK(cut_of(Hlc{1}) == Cut{1});
  CHECK(cut_of(Hlc{~std::uint64_t{0}}).second == Hlc::ms_max / 1000 + 1);
}

TEST_CASE("stamps order by reading, then by origin") {
  CHECK(Stamp{{1}, {9}} < Stamp{{2}, {1}});
  CHECK(Stamp{{2}, {1}} < Stamp{{2}, {2}});
}

}
