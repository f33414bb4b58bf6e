#include "config/written.h"

#include <algorithm>
#include <cctype>

namespace starling::config {
namespace {

bool is_whole_number(std::string_view words) {
  if (words.starts_with('-')) words.remove_prefix(1);
  return !words.empty() &&
         std::ranges::all_of(words, [](unsigned char byte) { return std::isdigit(byte) != 0; });
}

std::string_view trimmed(std::string_view words) {
  while (words.starts_with(' ')) words.remove_prefix(1);
  while (words.ends_with(' ')) words.remove_suffix(1);
  return words;
}

std::vector<std::string> items_of(std::string_view words) {
  std::vector<std::string> items;
  while (!trimmed(words).empty()) {
    const auto comma = std::min(words.find(','), words.size());
    items.emplace_back(trimmed(words.substr(0, comma)));
    words.remove_prefix(std::min(comma + 1, words.size()));
  }
  return items;
}

std::string quoted(std::string_view text) {
  constexpr auto digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      out.append({'\\', byte});
    } else if (value < 0x20 || value == 0x7F) {
      out.append("\\u00").append({digits[value >> 4], digits[value & 15]});
    } else {
      out += byte;
    }
  }
  return out + '"';
}

}

Written from_words(Shape wanted, std::string_view words) {
  switch (wanted) {
    case Shape::list:
      return {Shape::list, {}, items_of(words)};
    case Shape::number:
      if (is_whole_number(words)) return {Shape::number, std::string{words}, {}};
      break;
    case Shape::boolean:
      if (words == "true" || words == "false") return {Shape::boolean, std::string{words}, {}};
      break;
    default:
      break;
  }
  return {Shape::text, std::string{words}, {}};
}

std::string to_toml(const Written& value) {
  if (value.shape == Shape::text) return quoted(value.text);
  if (value.shape != Shape::list) return value.text;
  std::string out = "[";
  for (const auto& item : value.items) {
    if (out.size() > 1) out += ", ";
    out += quoted(item);
  }
  return out + "]";
}

}
