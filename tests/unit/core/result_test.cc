#include "core/result.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace starling::core {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::refused, "odd");
  return number / 2;
}

}

TEST_CASE("a result is a value or an error with its detail") {
  CHECK(half(4).value() == 2);
  const auto odd = half(3);
  REQUIRE_FALSE(odd.has_value());
  CHECK(odd.error() == Error{Errc::refused, "odd"});
}

TEST_CASE("every code has a name of its own") {
  std::set<std::string> names;
  for (int code = 0; code <= static_cast<int>(Errc::bad_setting); ++code) {
    names.insert(name_of(static_cast<Errc>(code)));
  }
  CHECK(names.size() == static_cast<std::size_t>(Errc::bad_setting) + 1);
  CHECK_FALSE(names.contains("unknown"));
}

}
