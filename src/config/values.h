#pragma once
// From text to the types of settings. None: it is not what is allowed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starling::config {

inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;
inline constexpr std::uint64_t TiB = 1024 * GiB;

// "64KiB", "96MiB", "1GiB", "2TiB", "512B": a whole number and a unit, always both.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "4MiB/s"
std::optional<std::uint64_t> parse_rate(std::string_view text);
// Decimal, without sign.
std::optional<std::uint64_t> parse_number(std::string_view text);
// "0660": octal permissions, of at most 0777.
std::optional<unsigned> parse_mode(std::string_view text);
// For people: not empty, short, without control characters.
bool is_name(std::string_view text);
// "host:port" where somebody can be reached: a name or an address, and a port above 0.
bool is_reachable(std::string_view text);

}
