#pragma once
// The times that clients give: seconds or milliseconds, from now or since 1970.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace starling::api {

struct ExpiryForm {
  std::int64_t unit_ms;
  bool is_relative;
};

inline constexpr ExpiryForm from_now_in_seconds{1000, true};
inline constexpr ExpiryForm from_now_in_ms{1, true};
inline constexpr ExpiryForm at_second{1000, false};
inline constexpr ExpiryForm at_ms{1, false};

// The form that an option of SET or GETEX names: EX, PX, EXAT, PXAT, in any case.
std::optional<ExpiryForm> expiry_form_of(core::BytesView option);

// Milliseconds since 1970, perhaps long past or negative; none when it cannot be represented.
std::optional<std::int64_t> expiry_at(std::int64_t amount, ExpiryForm form, std::uint64_t now_ms);

// "ERR invalid expire time in 'set' command"
std::string invalid_expire_time(std::string_view command);

bool equals_ignoring_case(core::BytesView text, std::string_view lower_case);

}
