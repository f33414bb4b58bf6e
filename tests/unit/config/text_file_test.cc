#include "config/text_file.h"

#include <doctest/doctest.h>

#include "unit/config/temporary_file.h"

namespace starling::config {

TEST_CASE("a file is read whole, up to its limit and no further") {
  const testing::TemporaryFile file{"12345"};
  CHECK(*read_file(file.path(), 5, Privacy::any) == "12345");
  const auto refused = read_file(file.path(), 4, Privacy::any);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == file.path() + " has more than 4 bytes");
}

TEST_CASE("what need not be private may be open to everybody") {
  const testing::TemporaryFile open{"x", 0644};
  CHECK(read_file(open.path(), 10, Privacy::any));
  CHECK_FALSE(read_file(open.path(), 10, Privacy::closed_to_others));
}

}
