#include "store/key_layout.h"

#include <doctest/doctest.h>

#include <set>

#include "core/key.h"
#include "support/records.h"

namespace starling::store {
namespace {

using core::Hlc;
using testing::make_stub;
using testing::make_tombstone;
using testing::make_value;

TEST_CASE("a record may be purged from the later of its stamp and its expiry on") {
  CHECK(purgeable_from(make_value(5, "stays").head) == std::nullopt);
  CHECK(purgeable_from(make_tombstone(5).head) == Hlc::from_ms(5));
  CHECK(purgeable_from(make_value(5, "expires", 9).head) == Hlc::from_ms(9));
  CHECK(purgeable_from(make_value(9, "was expired already", 5).head) == Hlc::from_ms(9));
  CHECK(purgeable_from(make_stub(5, 9).head) == Hlc::from_ms(9));

  // The logical bits of a stamp count: a horizon may fall between two stamps of a millisecond.
  auto tombstone = make_tombstone(5);
  tombstone.head.stamp.hlc.value += 1;
  CHECK(purgeable_from(tombstone.head) == Hlc{Hlc::from_ms(5).value + 1});
}

TEST_CASE("purge keys order by time, then by key, outside the users' space") {
  const auto early = purge_key(Hlc{0xFF}, "z");
  const auto late = purge_key(Hlc{0x100}, "a");
  CHECK(early < late);
  CHECK(purge_key(Hlc{0x100}, "a") < purge_key(Hlc{0x100}, "b"));
  CHECK(purge_key(Hlc{~std::uint64_t{0}}, "\xFF\xFF") < core::users_begin);
  CHECK(early == core::Bytes("sp\0\0\0\0\0\0\0\xFFz", 11));
}

TEST_CASE("every fact about the node has a name of its own, none that of the format") {
  std::set<core::BytesView> names{"format"};
  for (int i = 0; i <= static_cast<int>(ports::Meta::frozen); ++i) {
    CHECK(names.insert(name_of(static_cast<ports::Meta>(i))).second);
  }
}

}
}
