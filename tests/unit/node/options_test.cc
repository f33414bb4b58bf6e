#include "node/options.h"

#include <doctest/doctest.h>

namespace starling::node {
namespace {

TEST_CASE("a number survives the meta family, and anything else reads as zero") {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    CHECK(decode_meta_number(encode_meta_number(number)) == number);
  }
  CHECK(encode_meta_number(0x0102) == core::Bytes("\x02\x01\0\0\0\0\0\0", 8));
  CHECK(decode_meta_number("short") == 0);
  CHECK(decode_meta_number("nine bytes") == 0);
}

}
}
