// One simulated run: the plan, what came of it, and whether all promises were kept.
//
//   starling_sim --seed N [--nodes N] [--seconds S] [--verbose]

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>

#include "sim/world.h"

namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int usage() {
  std::fputs("usage: starling_sim --seed N [--nodes 2..9] [--seconds 7..3600] [--verbose]\n",
             stderr);
  return 2;
}

}

int main(int count, char** arguments) {
  starling::sim::PlanOptions options;
  bool story = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--verbose") {
      story = true;
      continue;
    }
    const auto number = i + 1 < count ? number_of(arguments[++i]) : std::nullopt;
    if (!number) return usage();
    if (name == "--seed") {
      options.seed = *number;
    } else if (name == "--nodes" && *number >= 2 && *number <= 9) {
      options.hosts = *number;
    } else if (name == "--seconds" && *number >= 7 && *number <= 3600) {
      options.trouble = std::chrono::seconds{*number};
    } else {
      return usage();
    }
  }
  const auto plan = starling::sim::make_plan(options);
  std::fputs(plan.text().c_str(), stdout);
  const auto outcome = starling::sim::World{plan, story}.run();
  std::fputs(outcome.text().c_str(), stdout);
  const bool has_passed = outcome.violations.empty();
  std::printf("%s\nrepeat: %s\n", has_passed ? "passed" : "FAILED", outcome.repeat().c_str());
  return has_passed ? 0 : 1;
}
