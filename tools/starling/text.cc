#include "tools/starling/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace starling::cli {
namespace {

// Length and value of the UTF-8 character that starts `bytes`; length 0 when none does.
struct Character {
  std::size_t length = 0;
  char32_t value = 0;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u; }

Character first_character(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xf5   ? 0
                             : lead >= 0xf0 ? 4
                             : lead >= 0xe0 ? 3
                             : lead >= 0xc2 ? 2
                                            : 0;
  if (length == 0 || length > bytes.size()) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if (!is_continuation(bytes[at])) return {};
    value = value << 6 | (static_cast<unsigned char>(bytes[at]) & 0x3fu);
  }
  // Written longer than needed, half of a surrogate pair, or beyond the last.
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least[length] || is_surrogate || value > 0x10ffff) return {};
  return {length, value};
}

// Controls, and what turns the direction of writing around or hides between letters.
bool steers_a_terminal(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0) || (value >= 0x200b && value <= 0x200f) ||
         (value >= 0x2028 && value <= 0x202e) || (value >= 0x2060 && value <= 0x2069) ||
         value == 0xfeff;
}

void append_hexadecimal(std::string& text, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text.append("\\x").append(1, digits[value >> 4]).append(1, digits[value & 15]);
  }
}

// Takes the first character off `bytes` and returns it as it is shown.
std::string take_shown(std::string_view& bytes) {
  const auto character = first_character(bytes);
  const auto length = character.length == 0 ? 1 : character.length;
  const auto taken = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (taken == "\n") return "\\n";
  if (taken == "\r") return "\\r";
  if (taken == "\t") return "\\t";
  if (taken == "\\") return "\\\\";
  if (character.length != 0 && !steers_a_terminal(character.value)) return std::string{taken};
  std::string text;
  append_hexadecimal(text, taken);
  return text;
}

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <typename... T>
std::string format(const char* pattern, T... values) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), pattern, values...);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

// "6 h 12 min"; the smaller unit only when there is some of it.
std::string two_units(std::uint64_t number, std::uint64_t per, const char* large,
                      const char* small) {
  auto text = std::to_string(number / per) + " " + large;
  if (number % per != 0) text += " " + std::to_string(number % per) + " " + small;
  return text;
}

}

std::string escaped(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) text += take_shown(bytes);
  return text;
}

std::string shortened(std::string_view bytes, std::size_t columns) {
  std::string text;
  std::size_t used = 0;
  std::size_t fits = 0;  // Bytes of `text` that leave a column for the ellipsis.
  while (!bytes.empty()) {
    const auto shown = take_shown(bytes);
    used += columns_of(shown);
    if (used > columns) return text.substr(0, fits) + "…";
    text += shown;
    if (used < columns) fits = text.size();
  }
  return text;
}

std::size_t columns_of(std::string_view shown) {
  return shown.size() - static_cast<std::size_t>(std::ranges::count_if(shown, is_continuation));
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = first_character(bytes).length;
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto part = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= part.size() ? base64_letters[bits >> (18 - 6 * i) & 63u] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t held = 0;
  for (const char letter : text) {
    const auto value = base64_letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xffu);
  }
  return bytes;
}

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // Not 1024.0: what would round up to it is one of the next unit.
  while (size >= 1023.95 && unit + 1 < units.size()) {
    size /= 1024;
    ++unit;
  }
  return format("%.1f %s", size, units[unit]);
}

std::string plural(std::uint64_t count, std::string_view singular, std::string_view many) {
  return grouped(count).append(" ").append(count == 1 ? singular : many);
}

std::string age_text(Milliseconds age) {
  const auto ms = static_cast<std::uint64_t>(std::max(age, Milliseconds{0}).count());
  if (ms < 9'950) return format("%.1f s", static_cast<double>(ms) / 1000);
  const auto seconds = (ms + 500) / 1000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return two_units(seconds, 60, "min", "s");
  if (seconds < 86'400) return two_units(seconds / 60, 60, "h", "min");
  return two_units(seconds / 3600, 24, "d", "h");
}

std::string took_text(Milliseconds took) {
  if (took < Milliseconds{100}) return std::to_string(took.count()) + " ms";
  return age_text(took);
}

std::string clock_text(std::uint64_t ms_since_epoch, bool with_ms) {
  const auto second = ms_since_epoch / 1000 % 86'400;
  const auto ms = static_cast<unsigned>(ms_since_epoch % 1000);
  auto text = format("%02u:%02u:%02u", static_cast<unsigned>(second / 3600),
                     static_cast<unsigned>(second / 60 % 60), static_cast<unsigned>(second % 60));
  return with_ms ? text + format(".%03u", ms) : text;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t ms;
  };
  constexpr std::array<Unit, 4> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  constexpr std::uint64_t most = 86'400'000;
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto number = whole_number(text.substr(0, digits));
  for (const auto& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (!number || *number == 0 || *number > most / unit.ms) return std::nullopt;
    return Milliseconds{static_cast<std::int64_t>(*number * unit.ms)};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> milliseconds_of_stamp(std::string_view text) {
  return whole_number(text.substr(0, text.find('+')));
}

}
