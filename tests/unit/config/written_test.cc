#include "config/written.h"

#include <doctest/doctest.h>

namespace starling::config {

TEST_CASE("bare words become what the setting wants, if they can") {
  CHECK(from_words(Shape::number, "42") == Written{Shape::number, "42", {}});
  CHECK(from_words(Shape::number, "-1") == Written{Shape::number, "-1", {}});
  CHECK(from_words(Shape::number, "many") == Written{Shape::text, "many", {}});
  CHECK(from_words(Shape::number, "") == Written{Shape::text, "", {}});
  CHECK(from_words(Shape::boolean, "true") == Written{Shape::boolean, "true", {}});
  CHECK(from_words(Shape::boolean, "yes") == Written{Shape::text, "yes", {}});
  CHECK(from_words(Shape::text, "42") == Written{Shape::text, "42", {}});
}

TEST_CASE("a list's items stand between commas") {
  CHECK(from_words(Shape::list, "a:1, b:2").items == std::vector<std::string>{"a:1", "b:2"});
  CHECK(from_words(Shape::list, "a:1,").items == std::vector<std::string>{"a:1"});
  CHECK(from_words(Shape::list, " ").items.empty());
  CHECK(from_words(Shape::list, ",a").items == std::vector<std::string>{"", "a"});
}

TEST_CASE("values are shown as they would stand in the file") {
  CHECK(to_toml({Shape::text, "say \"hi\" \\ \n", {}}) == R"("say \"hi\" \\ \u000a")");
  CHECK(to_toml({Shape::number, "7", {}}) == "7");
  CHECK(to_toml({Shape::boolean, "true", {}}) == "true");
  CHECK(to_toml({Shape::list, {}, {"a", "b"}}) == R"(["a", "b"])");
  CHECK(to_toml({Shape::list, {}, {}}) == "[]");
}

}
