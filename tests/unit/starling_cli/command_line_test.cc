#include "tools/starling/command_line.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

namespace starling::cli {
namespace {

Outcome<std::variant<Order, HelpText>> parse(std::initializer_list<const char*> words) {
  std::vector<const char*> all{"starling"};
  all.insert(all.end(), words);
  return parse_command_line(static_cast<int>(all.size()), all.data());
}

template <typename A>
A act(std::initializer_list<const char*> words) {
  const auto parsed = parse(words);
  REQUIRE(parsed.has_value());
  REQUIRE(std::holds_alternative<Order>(*parsed));
  const auto* const found = std::get_if<A>(&std::get<Order>(*parsed).act);
  REQUIRE(found != nullptr);
  return *found;
}

Trouble mistake(std::initializer_list<const char*> words) {
  const auto parsed = parse(words);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

}

TEST_CASE("each command becomes its order") {
  CHECK(act<Init>({"init", "d", "--name", "edge-a"}).name == "edge-a");
  CHECK(act<Get>({"get", "k"}).key == "k");
  CHECK(act<Del>({"del", "a", "b"}).keys.size() == 2);
  CHECK(act<Scan>({"scan", "--prefix", "p", "--limit", "3"}).keys_max == 3);
  CHECK(act<Check>({"check", "--all", "--within", "2s"}).within == Milliseconds{2'000});
  CHECK(act<Freeze>({"freeze"}).is_on);
  CHECK_FALSE(act<Freeze>({"thaw"}).is_on);
  CHECK(act<Set>({"set", "k", "v", "--ttl", "1m"}).lifetime == Milliseconds{60'000});
  act<Status>({"status"});
  act<Members>({"members"});
  act<Health>({"health"});
  act<Version>({"version"});
}

TEST_CASE("diff takes one side or two, or all") {
  CHECK(act<Diff>({"diff", "edge-d"}).sides == std::vector<std::string>{"edge-d"});
  CHECK(act<Diff>({"diff", "edge-a", "edge-d"}).sides.size() == 2);
  CHECK(act<Diff>({"diff", "--all", "--stat"}).is_with_all);
  CHECK(mistake({"diff"}).remedy.contains("starling members"));
  CHECK_FALSE(parse({"diff", "a", "b", "c"}).has_value());
  CHECK_FALSE(parse({"diff", "a", "--all"}).has_value());
}

TEST_CASE("what holds for all commands may stand before or behind one") {
  for (const auto& words :
       {std::initializer_list<const char*>{"--json", "--addr", "h:1", "status"},
        std::initializer_list<const char*>{"status", "--json", "--addr", "h:1"}}) {
    const auto parsed = parse(words);
    REQUIRE(parsed.has_value());
    const auto& order = std::get<Order>(*parsed);
    CHECK(order.look.shape == Shape::json);
    CHECK(order.access.address.port == 1);
  }
}

TEST_CASE("a value is a word or standard input, not both and not neither") {
  CHECK(act<Set>({"set", "k", "--stdin"}).is_from_stdin);
  CHECK(act<Set>({"set", "k", ""}).value.empty());
  CHECK_FALSE(parse({"set", "k", "v", "--stdin"}).has_value());
  CHECK_FALSE(parse({"set", "k"}).has_value());
}

TEST_CASE("keys that look like options stand behind two dashes") {
  CHECK(act<Get>({"get", "--", "--json"}).key == "--json");
}

TEST_CASE("every mistake says what to type next") {
  CHECK(mistake({}).remedy == "starling --help");
  CHECK(mistake({"frobnicate"}).what == "no such command: frobnicate");
  CHECK(mistake({"get"}).remedy == "starling get --help");
  CHECK(mistake({"check", "--within", "30"}).remedy.contains("--within 30s"));
  CHECK(mistake({"--addr", "nowhere", "status"}).remedy.contains("--addr"));
}

TEST_CASE("help shows examples before options") {
  const auto parsed = parse({"diff", "--help"});
  REQUIRE(parsed.has_value());
  const auto& text = std::get<HelpText>(*parsed).text;
  CHECK(text.find("Examples:") < text.find("Usage:"));
  CHECK(text.find("Usage: starling diff [OPTIONS] [A] B") < text.find("Options:"));
}

}
