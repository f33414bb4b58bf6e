#include "api/expiry.h"

#include <algorithm>

#include "core/limits.h"

namespace starling::api {

bool equals_ignoring_case(core::BytesView text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char byte, char lower) {
    return (byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte) == lower;
  });
}

std::optional<ExpiryForm> expiry_form_of(core::BytesView option) {
  if (equals_ignoring_case(option, "ex")) return from_now_in_seconds;
  if (equals_ignoring_case(option, "px")) return from_now_in_ms;
  if (equals_ignoring_case(option, "exat")) return at_second;
  if (equals_ignoring_case(option, "pxat")) return at_ms;
  return std::nullopt;
}

std::optional<std::int64_t> expiry_at(std::int64_t amount, ExpiryForm form, std::uint64_t now_ms) {
  constexpr auto latest = static_cast<std::int64_t>(core::limits::expiry_ms_max);
  if (amount > latest / form.unit_ms || amount < -(latest / form.unit_ms)) return std::nullopt;
  const auto at = amount * form.unit_ms +
                  (form.is_relative ? static_cast<std::int64_t>(now_ms) : std::int64_t{0});
  if (at > latest) return std::nullopt;
  return at;
}

std::string invalid_expire_time(std::string_view command) {
  return "ERR invalid expire time in '" + std::string{command} + "' command";
}

}
