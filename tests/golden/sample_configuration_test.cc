// deploy/starling.toml is what operators copy: it names every setting, with its default, and
// nothing that the daemon does not know.

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "config/catalogue.h"
#include "config/file_parser.h"

namespace starling::config {
namespace {

// "# key = value": a setting that is commented out.
bool is_setting_behind_a_comment(std::string_view line) {
  if (!line.starts_with("# ")) return false;
  const auto after_key = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 2);
  return after_key > 2 && after_key != line.npos && line.substr(after_key).starts_with(" = ");
}

std::string sample() {
  std::ifstream file{STARLING_TESTS_DIR "/../deploy/starling.toml"};
  std::string text;
  for (std::string line; std::getline(file, line);) {
    text += (is_setting_behind_a_comment(line) ? line.substr(2) : line) + "\n";
  }
  return text;
}

}

TEST_CASE("the sample configuration names every setting, with values that are allowed") {
  const auto parsed = parse_file(sample(), "starling.toml");
  REQUIRE(parsed);
  std::set<std::string> missing;
  for (const auto& setting : catalogue()) missing.insert(title_of(setting.section, setting.key));
  for (const auto& assignment : *parsed) {
    const auto title = title_of(assignment.section, assignment.key);
    CAPTURE(title);
    CHECK(missing.erase(title) == 1);
    const auto* const setting = find_setting(assignment.section, assignment.key);
    if (setting == nullptr) continue;
    Settings settings;
    CHECK(assignment.value.shape == setting->shape);
    CHECK(setting->take(assignment.value, settings));
    // An example stands where there is no default.
    const auto fallback = from_words(setting->shape, setting->fallback);
    const bool is_example = setting->fallback.empty();
    CHECK((is_example || assignment.value == fallback));
  }
  for (const auto& title : missing) FAIL_CHECK(title);
}

}
