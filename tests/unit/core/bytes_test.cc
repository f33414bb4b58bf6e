#include "core/bytes.h"

#include <doctest/doctest.h>

namespace starling::core {

TEST_CASE("the end of a prefix is above everything that starts with it, and no higher") {
  CHECK(end_of_prefix("ab") == "ac");
  CHECK(end_of_prefix(BytesView{"a\xFF", 2}) == "b");
  CHECK(end_of_prefix(BytesView{"a\x7F", 2}) == "a\x80");
  CHECK(end_of_prefix(BytesView{"\0", 1}) == "\x01");
}

TEST_CASE("a prefix of 0xFF only has no end") {
  CHECK(end_of_prefix("\xFF\xFF").empty());
  CHECK(end_of_prefix("").empty());
}

}
