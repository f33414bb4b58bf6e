#include "api/glob.h"

#include <doctest/doctest.h>

#include <string>

namespace starling::api {
namespace {

TEST_CASE("patterns match as in Redis") {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const auto& [pattern, text, matches] : {Case{"*", "", true},
                                               {"*", "abc", true},
                                               {"", "", true},
                                               {"", "a", false},
                                               {"a*c", "abbc", true},
                                               {"a*c", "abbcd", false},
                                               {"a**c", "ac", true},
                                               {"h?llo", "hello", true},
                                               {"h?llo", "hllo", false},
                                               {"h[ae]llo", "hallo", true},
                                               {"h[ae]llo", "hillo", false},
                                               {"h[^e]llo", "hallo", true},
                                               {"h[^e]llo", "hello", false},
                                               {"h[a-c]llo", "hbllo", true},
                                               {"h[c-a]llo", "hbllo", true},
                                               {"h[a-c]llo", "hdllo", false},
                                               {"h\\*llo", "h*llo", true},
                                               {"h\\*llo", "hello", false},
                                               {"[\\]]", "]", true},
                                               {"[ab", "a", true},
                                               {"*a*b*", "xxaxxbxx", true},
                                               {"*a*b", "xxaxxbxx", false},
                                               {"a\\", "a\\", true}}) {
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(matches_glob(pattern, text) == matches);
  }
}

TEST_CASE("a pattern made of stars costs no more than its length times the text's") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  CHECK_FALSE(matches_glob(pattern + "b", std::string(4096, 'a')));
}

TEST_CASE("the literal prefix of a pattern is what every match begins with") {
  CHECK(literal_prefix("user:*") == "user:");
  CHECK(literal_prefix("a\\*b?") == "a*b");
  CHECK(literal_prefix("*x").empty());
  CHECK(literal_prefix("plain") == "plain");
}

}
}
