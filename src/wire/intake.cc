#include "wire/intake.h"

#include <algorithm>

#include "core/key.h"
#include "core/limits.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;

// Small messages may cost a little more than twice their size.
constexpr std::size_t spare_bytes = 1024;

bool is_control(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || value == 0x7F;
}

bool is_graphic_ascii(char byte) { return byte > ' ' && byte < '\x7F'; }

// Strings this short live inside their object.
constexpr std::size_t bytes_inside = 15;

}

Intake::Intake(std::size_t message_bytes) : allowance_{2 * message_bytes + spare_bytes} {}

void Intake::refuse(Errc code, std::string_view why) {
  if (!refusal_) refusal_ = core::Error{code, std::string{why}};
}

void Intake::require(bool holds, std::string_view otherwise) {
  if (!holds) refuse(Errc::malformed, otherwise);
}

bool Intake::charge(std::size_t bytes) {
  if (bytes > allowance_) refuse(Errc::over_limit, "holds more than twice its size");
  if (refusal_) return false;
  allowance_ -= bytes;
  return true;
}

std::size_t Intake::admit(std::size_t count, std::size_t max, std::size_t element_bytes,
                          std::string_view what) {
  if (count > max) refuse(Errc::over_limit, std::string{"too many "}.append(what));
  // `max` bounds the product, so it cannot overflow.
  return !refusal_ && charge(count * element_bytes) ? count : 0;
}

bool Intake::keep_string(std::size_t size) { return charge(size > bytes_inside ? size + 1 : 0); }

core::Bytes Intake::bytes(core::BytesView from, std::size_t max, std::string_view what) {
  if (from.size() > max) refuse(Errc::over_limit, std::string{what}.append(" too long"));
  return keep_string(from.size()) ? core::Bytes{from} : core::Bytes{};
}

std::string Intake::text(std::string_view from, std::size_t max, std::string_view what) {
  if (std::ranges::any_of(from.substr(0, max), is_control)) {
    refuse(Errc::malformed, std::string{what}.append(" with a control character"));
  }
  return bytes(from, max, what);
}

std::string Intake::address(std::string_view from) {
  require(std::ranges::all_of(from.substr(0, limits::address_bytes_max), is_graphic_ascii),
          "an address of other than printable characters");
  return bytes(from, limits::address_bytes_max, "address");
}

core::Bytes Intake::key(core::BytesView from) {
  auto key = bytes(from, limits::encoded_key_bytes_max, "key");
  if (!refusal_) require(core::is_encoded_key(key), "not an encoded key");
  return key;
}

core::Range Intake::range(core::BytesView begin, core::BytesView end) {
  require(core::users_begin <= begin && end <= core::users_end, "a range outside the users' space");
  require(begin < end, "an empty range");
  return {bytes(begin, limits::range_end_bytes_max, "range end"),
          bytes(end, limits::range_end_bytes_max, "range end")};
}

core::NodeId Intake::node_id(std::uint64_t from) {
  require(from != 0, "the node id of nobody");
  return {from};
}

core::Cut Intake::cut(std::uint64_t from) {
  // end_of(cut) must not overflow.
  require(from <= core::Hlc::ms_max / 1000, "a cut after the end of time");
  return {from};
}

}
