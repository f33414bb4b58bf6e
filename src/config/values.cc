#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/limits.h"
#include "net/address.h"

namespace starling::config {
namespace {

template <typename Number>
std::optional<Number> parse_whole(std::string_view text, int base) {
  Number number{};
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || stopped != end) return {};
  return number;
}

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
// "B" comes last: every other ends with it.
constexpr std::array<Unit, 5> units{
    {{"KiB", KiB}, {"MiB", MiB}, {"GiB", GiB}, {"TiB", TiB}, {"B", 1}}};

}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  return parse_whole<std::uint64_t>(text, 10);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto unit =
      std::ranges::find_if(units, [&](const Unit& known) { return text.ends_with(known.name); });
  if (unit == units.end()) return {};
  const auto count = parse_number(text.substr(0, text.size() - unit->name.size()));
  if (!count || *count > std::numeric_limits<std::uint64_t>::max() / unit->bytes) return {};
  return *count * unit->bytes;
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  constexpr std::string_view per_second = "/s";
  if (!text.ends_with(per_second)) return {};
  return parse_size(text.substr(0, text.size() - per_second.size()));
}

std::optional<unsigned> parse_mode(std::string_view text) {
  const auto mode = parse_whole<unsigned>(text, 8);
  return mode && *mode <= 0777 ? mode : std::nullopt;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= core::limits::node_name_bytes_max &&
         std::ranges::none_of(text, [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; });
}

bool is_reachable(std::string_view text) {
  const bool is_plain =
      std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte < '\x7F'; });
  if (!is_plain) return false;
  const auto parts = net::parse_host_port(text);
  if (!parts || parts->port == 0) return false;
  const auto address = net::SocketAddress::parse(text);
  return !address || !address->is_any();
}

}
