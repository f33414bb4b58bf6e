// The only file that includes toml11, which costs thirteen seconds to compile.

#include "config/file_parser.h"

#include <algorithm>
#include <toml.hpp>
#include <utility>

namespace starling::config {
namespace {

using core::Errc;
using core::fail;

// An assignment and its place, by which they are put in order: toml11's tables have none.
struct Placed {
  std::size_t line;
  std::size_t column;
  Assignment assignment;
};

Written written_of(const toml::value& value) {
  if (value.is_string()) return {Shape::text, value.as_string(), {}};
  if (value.is_integer()) return {Shape::number, std::to_string(value.as_integer()), {}};
  if (value.is_boolean()) return {Shape::boolean, value.as_boolean() ? "true" : "false", {}};
  if (!value.is_array()) return {Shape::other, "a " + toml::to_string(value.type()), {}};
  Written list{Shape::list, {}, {}};
  for (const auto& item : value.as_array()) {
    if (!item.is_string()) return {Shape::other, "a list of other than texts", {}};
    list.items.push_back(item.as_string());
  }
  return list;
}

Placed placed(const std::string& section, const std::string& key, const toml::value& value,
              const std::string& file) {
  const auto place = value.location();
  const auto line = place.first_line_number();
  return {line,
          place.first_column_number(),
          {section, key, written_of(value), Source::file, file + ":" + std::to_string(line)}};
}

// "toml::parse_basic_string: invalid string format" → "invalid string format"
std::string without_function(std::string title) {
  if (title.starts_with("toml::")) title.erase(0, std::min(title.find(": ") + 2, title.size()));
  return title;
}

std::string first_line_of(const toml::error_info& error, const std::string& file) {
  auto line = file;
  std::string hint;
  if (!error.locations().empty()) {
    const auto& [place, what] = error.locations().front();
    line += ":" + std::to_string(place.first_line_number());
    hint = " (" + what + ")";
  }
  line += ": " + without_function(error.title()) + hint;
  return line.substr(0, line.find('\n'));
}

}

core::Result<std::vector<Assignment>> parse_file(std::string_view text, const std::string& file) {
  const auto parsed = toml::try_parse(std::vector<unsigned char>(text.begin(), text.end()), file);
  if (parsed.is_err()) {
    return fail(Errc::bad_setting, first_line_of(parsed.unwrap_err().front(), file));
  }
  std::vector<Placed> found;
  for (const auto& [name, value] : parsed.unwrap().as_table()) {
    if (!value.is_table()) {
      found.push_back(placed("", name, value, file));
      continue;
    }
    if (value.as_table().empty()) found.push_back(placed(name, "", value, file));
    for (const auto& [key, inner] : value.as_table()) {
      found.push_back(placed(name, key, inner, file));
    }
  }
  std::ranges::sort(found, {}, [](const Placed& one) { return std::pair{one.line, one.column}; });
  std::vector<Assignment> assignments;
  for (auto& one : found) assignments.push_back(std::move(one.assignment));
  return assignments;
}

}
