#include "config/report.h"

#include <algorithm>

namespace starling::config {

std::string printed(std::span<const Assignment> assignments) {
  constexpr std::size_t comment_column = 40;
  std::string text;
  std::string section;
  for (const auto& assignment : assignments) {
    if (assignment.section != section) text += "\n[" + assignment.section + "]\n";
    section = assignment.section;
    auto line = assignment.key + " = " + to_toml(assignment.value);
    line.resize(std::max(line.size() + 2, comment_column), ' ');
    text += line + "# " + assignment.place + "\n";
  }
  return text;
}

std::string checked(std::span<const Assignment> assignments,
                    const std::vector<std::string>& warnings) {
  const auto count = [&](Source source) {
    return std::to_string(std::ranges::count(assignments, source, &Assignment::source));
  };
  std::string text = "the configuration is fine: " + count(Source::file) +
                     " settings from the file, " + count(Source::environment) +
                     " from the environment, " + count(Source::flag) +
                     " from flags, the rest are defaults\n";
  for (const auto& warning : warnings) text += "warning: " + warning + "\n";
  return text;
}

}
