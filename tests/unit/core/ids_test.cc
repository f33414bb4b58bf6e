#include "core/ids.h"

#include <doctest/doctest.h>

namespace starling::core {

TEST_CASE("an id is written as 16 hexadecimal digits and read back") {
  CHECK(to_hex(0) == "0000000000000000");
  CHECK(to_text(NodeId{0xDEADBEEF01234567}) == "deadbeef01234567");
  CHECK(from_hex("deadbeef01234567") == 0xDEADBEEF01234567);
  CHECK(from_hex("F") == 15);
}

TEST_CASE("nothing but 1 to 16 hexadecimal digits is an id") {
  CHECK_FALSE(from_hex("").has_value());
  CHECK_FALSE(from_hex("00000000000000000").has_value());
  CHECK_FALSE(from_hex("0x12").has_value());
  CHECK_FALSE(from_hex("-1").has_value());
  CHECK_FALSE(from_hex("12 ").has_value());
}

TEST_CASE("the id zero is nobody") {
  CHECK_FALSE(static_cast<bool>(NodeId{}));
  CHECK(static_cast<bool>(NodeId{1}));
}

}
