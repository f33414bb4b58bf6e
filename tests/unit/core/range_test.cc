#include "core/range.h"

#include <doctest/doctest.h>

namespace starling::core {

TEST_CASE("a range holds its begin and not its end") {
  const Range range{"b", "d"};
  CHECK(range.contains("b"));
  CHECK(range.contains("c\xFF"));
  CHECK_FALSE(range.contains("d"));
  CHECK_FALSE(range.contains("a"));
  CHECK(Range{"b", "b"}.is_empty());
}

TEST_CASE("the range of a prefix holds the keys that start with it and no others") {
  const auto range = range_of_prefix("user:");
  CHECK(range.contains(encode_key("user:")));
  CHECK(range.contains(encode_key("user:1")));
  CHECK(range.contains(encode_key("user:\xFF\xFF")));
  CHECK_FALSE(range.contains(encode_key("user")));
  CHECK_FALSE(range.contains(encode_key("user;")));
}

TEST_CASE("the empty prefix and a prefix of 0xFF stay in the users' space") {
  CHECK(range_of_prefix("") == all_users());
  CHECK(range_of_prefix("\xFF").end == users_end);
  CHECK(range_of_prefix("\xFF").contains(encode_key("\xFF\xFF")));
}

}
