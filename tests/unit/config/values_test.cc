#include "config/values.h"

#include <doctest/doctest.h>

#include <limits>

namespace starling::config {

TEST_CASE("a size is a whole number and a unit") {
  CHECK(parse_size("512B") == 512);
  CHECK(parse_size("64KiB") == 65'536);
  CHECK(parse_size("96MiB") == 100'663'296);
  CHECK(parse_size("1GiB") == GiB);
  CHECK(parse_size("2TiB") == 2 * TiB);
  for (const auto* wrong : {"", "96", "MiB", "96MB", "96 MiB", "-1MiB", "+1MiB", "1.5GiB", "96mib",
                            "96MiB ", "0x10B"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_size(wrong));
  }
}

TEST_CASE("a size that no number holds is none") {
  CHECK(parse_size("16777215TiB") == 16'777'215 * TiB);
  CHECK_FALSE(parse_size("16777216TiB"));
  CHECK_FALSE(parse_size("99999999999999999999B"));
}

TEST_CASE("a rate is a size per second") {
  CHECK(parse_rate("4MiB/s") == 4 * MiB);
  CHECK_FALSE(parse_rate("4MiB"));
  CHECK_FALSE(parse_rate("/s"));
}

TEST_CASE("numbers are decimal, without sign") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(parse_number("18446744073709551616"));
  CHECK_FALSE(parse_number("-1"));
  CHECK_FALSE(parse_number("1e3"));
}

TEST_CASE("a mode is octal permissions") {
  CHECK(parse_mode("0660") == 0660);
  CHECK(parse_mode("777") == 0777);
  CHECK_FALSE(parse_mode("1777"));
  CHECK_FALSE(parse_mode("0680"));
  CHECK_FALSE(parse_mode("rw-rw----"));
}

TEST_CASE("a name is short and printable") {
  CHECK(is_name("edge-a"));
  CHECK(is_name(std::string(64, 'n')));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(is_name(std::string(65, 'n')));
  CHECK_FALSE(is_name("a\nb"));
}

TEST_CASE("somebody can be reached at a host and a port") {
  CHECK(is_reachable("10.0.0.2:7381"));
  CHECK(is_reachable("[::1]:7381"));
  CHECK(is_reachable("edge-b.example:7381"));
  CHECK_FALSE(is_reachable("edge-b"));
  CHECK_FALSE(is_reachable("edge-b:0"));
  CHECK_FALSE(is_reachable("0.0.0.0:7381"));
  CHECK_FALSE(is_reachable("[::]:7381"));
  CHECK_FALSE(is_reachable("edge b:7381"));
}

}
