#include "wire/message.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

namespace starling::wire {
namespace {

using core::Errc;

core::Bytes words(std::initializer_list<std::uint64_t> values) {
  core::Bytes bytes;
  for (auto value : values) {
    for (int i = 0; i < 8; ++i, value >>= 8) bytes.push_back(static_cast<char>(value & 0xFF));
  }
  return bytes;
}

// What the envelope says, when whoever reads finds nothing wrong.
std::optional<Errc> refusal_of(core::BytesView bytes) {
  const auto outcome = decode_message(bytes, [](capnp::MessageReader&, Intake&) {});
  if (outcome) return {};
  return outcome.error().code;
}

}

TEST_CASE("a message is a table of segments and as many words as it says") {
  CHECK_FALSE(refusal_of(words({0x1'0000'0000, 0})));
  CHECK_FALSE(refusal_of(words({0x1'0000'0001, 2, 0, 0, 0})));         // Two segments: 1 and 2.
  CHECK(refusal_of(words({0x2'0000'0000, 0})) == Errc::malformed);     // Too short.
  CHECK(refusal_of(words({0x1'0000'0000, 0, 0})) == Errc::malformed);  // Too long.
  CHECK(refusal_of("") == Errc::malformed);
  CHECK(refusal_of(words({0x1'0000'0001})) == Errc::malformed);  // The table itself is cut.
}

TEST_CASE("a message ends with a word") {
  auto bytes = words({0x1'0000'0000, 0});
  bytes.pop_back();
  CHECK(refusal_of(bytes) == Errc::malformed);
}

TEST_CASE("eight segments are enough") {
  // A table of n entries takes n / 2 + 1 words; all segments are empty but the first.
  CHECK_FALSE(refusal_of(words({0x1'0000'0007, 0, 0, 0, 0, 0})));
  CHECK(refusal_of(words({0x1'0000'0008, 0, 0, 0, 0, 0})) == Errc::over_limit);
  CHECK(refusal_of(words({0xFFFF'FFFF})) == Errc::over_limit);
}

TEST_CASE("sizes that add up beyond the machine's words are not added up") {
  CHECK(refusal_of(words({0xFFFF'FFFF'0000'0001, 0xFFFF'FFFF, 0})) == Errc::malformed);
}

TEST_CASE("the first refusal of the reader is the result") {
  const auto outcome = decode_message(words({0x1'0000'0000, 0}), [](auto&, Intake& intake) {
    intake.refuse(Errc::foreign, "first");
    intake.refuse(Errc::malformed, "second");
  });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error() == core::Error{Errc::foreign, "first"});
}

}
