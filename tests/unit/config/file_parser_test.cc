#include "config/file_parser.h"

#include <doctest/doctest.h>

namespace starling::config {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_file(text, "starling.toml");
  return parsed ? "" : parsed.error().detail;
}

}

TEST_CASE("assignments come in the order of their lines, with their places") {
  const auto parsed = parse_file(
      "name = \"edge-a\"  # who\n\n[resp]\nmax_clients = 7\nallow_flush = true\n[peers]\n"
      "seeds = [\n  \"a:1\",\n  \"b:2\",\n]\n",
      "starling.toml");
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 4);
  const auto& [name, clients, flush, seeds] =
      std::tie(parsed->at(0), parsed->at(1), parsed->at(2), parsed->at(3));
  CHECK(name.section.empty());
  CHECK(name.key == "name");
  CHECK(name.value == Written{Shape::text, "edge-a", {}});
  CHECK(name.place == "starling.toml:1");
  CHECK(name.source == Source::file);
  CHECK(clients.section == "resp");
  CHECK(clients.value == Written{Shape::number, "7", {}});
  CHECK(clients.place == "starling.toml:4");
  CHECK(flush.value == Written{Shape::boolean, "true", {}});
  CHECK(seeds.value == Written{Shape::list, {}, {"a:1", "b:2"}});
  CHECK(seeds.place == "starling.toml:7");
}

TEST_CASE("what no setting takes has no shape of a setting") {
  const auto shape_of = [](std::string_view value) {
    return parse_file("x = " + std::string{value}, "f")->at(0).value.shape;
  };
  CHECK(shape_of("1.5") == Shape::other);
  CHECK(shape_of("1979-05-27") == Shape::other);
  CHECK(shape_of("[1, 2]") == Shape::other);
  CHECK(shape_of("[\"a\", [\"b\"]]") == Shape::other);
}

TEST_CASE("an empty section is told, so that a mistyped one is found") {
  const auto parsed = parse_file("[rsp]\n# ack = \"durable\"\n", "f");
  REQUIRE(parsed->size() == 1);
  CHECK(parsed->at(0).section == "rsp");
  CHECK(parsed->at(0).key.empty());
}

TEST_CASE("what is not TOML is told in one line, with its place") {
  CHECK(error_of("name = \n").starts_with("starling.toml:1: bad format: unknown value appeared"));
  CHECK(error_of("[resp\nx = 1").starts_with("starling.toml:1: invalid table key"));
  CHECK(error_of("a = 1\na = 2").starts_with("starling.toml:2: failed to insert a value"));
  CHECK(error_of("\n\nack = fast").starts_with("starling.toml:3: invalid boolean"));
  CHECK(error_of("x = 09").find('\n') == std::string::npos);
  CHECK_FALSE(error_of(std::string{"x = \"\0\"", 7}).empty());
}

}
