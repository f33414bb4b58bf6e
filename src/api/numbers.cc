#include "api/numbers.h"

#include <charconv>
#include <system_error>

namespace starling::api {
namespace {

template <typename Number>
std::optional<Number> parse(core::BytesView text, core::BytesView digits) {
  const bool is_canonical = !digits.empty() && (digits[0] != '0' || text == "0");
  if (!is_canonical || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}

std::optional<std::int64_t> parse_integer(core::BytesView text) {
  return parse<std::int64_t>(text, text.starts_with('-') ? text.substr(1) : text);
}

std::optional<std::uint64_t> parse_unsigned(core::BytesView text) {
  return parse<std::uint64_t>(text, text);
}

}
