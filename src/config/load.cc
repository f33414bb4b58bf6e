#include "config/load.h"

#include <algorithm>
#include <set>

#include "config/catalogue.h"
#include "config/file_parser.h"
#include "config/flags.h"
#include "config/nearest.h"
#include "config/report.h"
#include "config/text_file.h"
#include "config/validation.h"

namespace starling::config {
namespace {

using core::Errc;
using core::fail;
using Environment = std::map<std::string, std::string>;

constexpr std::size_t file_bytes_max = 1024 * 1024;

bool is_section(std::string_view name) {
  return std::ranges::contains(catalogue(), name, &Setting::section);
}

std::unexpected<core::Error> unknown(const Assignment& assignment) {
  if (!is_section(assignment.section)) {
    std::set<std::string> sections;
    for (const auto& setting : catalogue()) sections.emplace(setting.section);
    std::string known;
    for (const auto& section : sections) known += section.empty() ? "" : " [" + section + "]";
    return fail(Errc::bad_setting, assignment.place + ": [" + assignment.section +
                                       "]: no such section; there are" + known);
  }
  return fail(Errc::bad_setting,
              assignment.place + ": " + title_of(assignment.section, assignment.key) +
                  ": no such setting" + suggestion_for(assignment.section, assignment.key));
}

core::Result<std::vector<Assignment>> from_file(const std::string& file) {
  const auto text = read_file(file, file_bytes_max, Privacy::any);
  if (!text) return std::unexpected(text.error());
  return parse_file(*text, file);
}

// Variables of other programs may begin with STARLING_; those that name one of our sections may
// not.
core::Result<std::vector<Assignment>> from_environment(const Environment& environment) {
  std::vector<std::string> variables;
  std::set<std::string> prefixes;
  std::vector<Assignment> assignments;
  for (const auto& setting : catalogue()) {
    const auto variable = variable_of(setting);
    variables.push_back(variable);
    if (!setting.section.empty()) {
      prefixes.insert(variable.substr(0, variable.size() - setting.key.size()));
    }
    const auto found = environment.find(variable);
    if (found == environment.end()) continue;
    assignments.push_back({std::string{setting.section}, std::string{setting.key},
                           from_words(setting.shape, found->second), Source::environment,
                           variable});
  }
  for (const auto& [variable, words] : environment) {
    const bool is_ours = std::ranges::any_of(
        prefixes, [&](const auto& prefix) { return variable.starts_with(prefix); });
    if (!is_ours || std::ranges::contains(variables, variable)) continue;
    return fail(Errc::bad_setting,
                variable + ": no such setting" + suggestion(variable, variables));
  }
  return assignments;
}

std::vector<Assignment> defaults() {
  std::vector<Assignment> assignments;
  for (const auto& setting : catalogue()) {
    assignments.push_back({std::string{setting.section}, std::string{setting.key},
                           from_words(setting.shape, setting.fallback), Source::standard,
                           "default"});
  }
  return assignments;
}

// Later sources win. `effective` is in the order of the catalogue.
core::Result<void> overlay(std::vector<Assignment>& effective, std::vector<Assignment> source) {
  for (auto& assignment : source) {
    const auto* const setting = find_setting(assignment.section, assignment.key);
    const bool is_empty_section = assignment.key.empty() && is_section(assignment.section);
    if (is_empty_section) continue;
    if (setting == nullptr) return unknown(assignment);
    effective[static_cast<std::size_t>(setting - catalogue().data())] = std::move(assignment);
  }
  return {};
}

core::Result<Settings> take_all(const std::vector<Assignment>& effective) {
  Settings settings;
  for (std::size_t i = 0; i < effective.size(); ++i) {
    const auto& setting = catalogue()[i];
    const auto& [section, key, value, source, place] = effective[i];
    if (value.shape == setting.shape && setting.take(value, settings)) continue;
    const std::string allowed{setting.allowed};
    if (source == Source::standard) {
      return fail(Errc::bad_setting, title_of(section, key) + ": missing; give " + allowed);
    }
    return fail(Errc::bad_setting, place + ": " + title_of(section, key) + ": " + to_toml(value) +
                                       " is not " + allowed);
  }
  return settings;
}

core::Result<std::vector<Assignment>> gather(const Flags& flags, const Environment& environment) {
  auto effective = defaults();
  std::vector<core::Result<std::vector<Assignment>>> sources;
  if (flags.config_file) sources.push_back(from_file(*flags.config_file));
  sources.push_back(from_environment(environment));
  sources.push_back(flags.assignments);
  for (auto& source : sources) {
    if (!source) return std::unexpected(source.error());
    if (auto done = overlay(effective, *std::move(source)); !done) {
      return std::unexpected(done.error());
    }
  }
  return effective;
}

}

Surroundings surroundings_of(int argc, const char* const* argv, const char* const* environment,
                             std::string version) {
  Surroundings surroundings{{argv + std::min(argc, 1), argv + argc}, {}, std::move(version)};
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable{*environment};
    const auto equals = std::min(variable.find('='), variable.size());
    surroundings.environment.emplace(variable.substr(0, equals),
                                     variable.substr(std::min(equals + 1, variable.size())));
  }
  return surroundings;
}

core::Result<Orders> load(const Surroundings& surroundings) {
  const auto flags = parse_flags(surroundings.arguments);
  if (!flags) return std::unexpected(flags.error());
  if (flags->act == Act::help) return Orders{flags->help, {}, {}};
  if (flags->act == Act::version) return Orders{"starlingd " + surroundings.version + "\n", {}, {}};

  const auto effective = gather(*flags, surroundings.environment);
  if (!effective) return std::unexpected(effective.error());
  auto settings = take_all(*effective);
  if (!settings) return std::unexpected(settings.error());
  auto warnings = validate(*settings, *effective);
  if (!warnings) return std::unexpected(warnings.error());

  Orders orders{{}, *std::move(settings), *std::move(warnings)};
  if (flags->act == Act::print_config) orders.to_print = printed(*effective);
  if (flags->act == Act::check_config) orders.to_print = checked(*effective, orders.warnings);
  return orders;
}

}
