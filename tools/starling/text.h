#pragma once
// How bytes, sizes and times are shown to people, and read from them. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starling::cli {

using Milliseconds = std::chrono::milliseconds;

// Printable UTF-8 as it is; the rest, and whatever could steer a terminal, as \n, \t, \\ or \xNN.
// Bash turns it back: $'…'.
std::string escaped(std::string_view bytes);
// At most `columns` characters of it, the last of them an ellipsis when something is left out.
std::string shortened(std::string_view bytes, std::size_t columns);

// Of a terminal, that a text takes which is shown as it is.
std::size_t columns_of(std::string_view shown);

bool is_utf8(std::string_view bytes);
std::string to_base64(std::string_view bytes);
// None when it is not base64.
std::optional<std::string> from_base64(std::string_view text);

std::string grouped(std::uint64_t number);   // 128,402
std::string size_text(std::uint64_t bytes);  // 6.2 KiB
std::string plural(std::uint64_t count, std::string_view singular, std::string_view many);

std::string age_text(Milliseconds age);    // 0.2 s, 11 s, 4 min 2 s, 6 h 12 min, 3 d 4 h
std::string took_text(Milliseconds took);  // 12 ms, 0.9 s
std::string clock_text(std::uint64_t ms_since_epoch, bool with_ms);  // 12:04:06, in UTC

// "30s", "500ms", "2m", "1h": more than nothing, at most a day. Units are demanded.
std::optional<Milliseconds> parse_duration(std::string_view text);
// Milliseconds of a stamp as the daemon writes it: "<milliseconds>+<logical>".
std::optional<std::uint64_t> milliseconds_of_stamp(std::string_view text);

}
