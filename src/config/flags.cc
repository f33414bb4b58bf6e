#include "config/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "config/catalogue.h"
#include "config/nearest.h"

namespace starling::config {
namespace {

using core::Errc;
using core::fail;

struct Words {  // What was said for each setting; its option writes here.
  const Setting* setting;
  std::string words;
  CLI::Option* option = nullptr;
};

std::string group_of(const Setting& setting) {
  return setting.section.empty() ? "Settings" : "Settings [" + std::string{setting.section} + "]";
}

void add_option(CLI::App& app, Words& words) {
  const auto& setting = *words.setting;
  const std::string meaning{setting.meaning};
  // A boolean may stand without its value. The others want theirs, a list's parted by commas.
  words.option = setting.shape == Shape::boolean
                     ? app.add_flag(flag_of(setting) + "{true}", words.words, meaning)
                     : app.add_option(flag_of(setting), words.words, meaning)->type_name("");
  words.option->group(group_of(setting));
}

// CLI11 would say only that it did not expect the argument.
core::Error unknown(const std::string& argument) {
  std::vector<std::string> known{"check-config", "--config", "--print-config", "--help",
                                 "--version"};
  for (const auto& setting : catalogue()) known.push_back(flag_of(setting));
  const auto name = argument.substr(0, argument.find('='));
  return {Errc::bad_setting, name + ": no such flag" + suggestion(name, known)};
}

std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

}

core::Result<Flags> parse_flags(std::vector<std::string> arguments) {
  CLI::App app{"A leaderless key-value sidecar. Settings: defaults < file < environment < flags.",
               "starlingd"};
  app.allow_extras();
  Flags flags;
  bool print_config = false;
  bool version = false;
  app.add_option("--config", flags.config_file, "The configuration file")->type_name("FILE");
  app.add_flag("--print-config", print_config, "Show every setting and where it comes from");
  app.add_flag("--version", version, "Show the version");
  const auto* const check =
      app.add_subcommand("check-config", "Look for mistakes in the configuration")->fallthrough();
  std::vector<Words> all;
  for (const auto& setting : catalogue()) all.push_back({&setting, {}});
  for (auto& words : all) add_option(app, words);

  std::ranges::reverse(arguments);  // As CLI11 wants them.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    flags.act = Act::help;
    flags.help = app.help();
    return flags;
  } catch (const CLI::Error& problem) {
    return fail(Errc::bad_setting, first_line(problem.what()));
  }
  if (const auto extras = app.remaining(true); !extras.empty()) {
    return std::unexpected(unknown(extras.front()));
  }
  if (print_config) flags.act = Act::print_config;
  if (check->parsed()) flags.act = Act::check_config;
  if (version) flags.act = Act::version;
  for (const auto& [setting, words, option] : all) {
    if (option->count() == 0) continue;
    flags.assignments.push_back({std::string{setting->section}, std::string{setting->key},
                                 from_words(setting->shape, words), Source::flag,
                                 flag_of(*setting)});
  }
  return flags;
}

}
