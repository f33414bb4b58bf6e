#pragma once
// What a decoder takes from one message. Counts what it allocates, checks what it is handed, and
// remembers the first thing that is wrong: from then on it hands out nothing, so a decoder reads
// straight on, and whoever asked for the message looks once at the end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/range.h"
#include "core/result.h"
#include "core/stamp.h"

namespace starling::wire {

class Intake {
 public:
  explicit Intake(std::size_t message_bytes);

  const std::optional<core::Error>& refusal() const { return refusal_; }
  void refuse(core::Errc code, std::string_view why);
  // `malformed` unless it holds.
  void require(bool holds, std::string_view otherwise);

  // How many elements to take from a list that claims `count`: all, or none.
  std::size_t admit(std::size_t count, std::size_t max, std::size_t element_bytes,
                    std::string_view what);

  // Notes that a string of so many bytes is kept.
  bool keep_string(std::size_t size);

  core::Bytes bytes(core::BytesView from, std::size_t max, std::string_view what);
  // For people: no control characters, so that nothing can forge a line in a log.
  std::string text(std::string_view from, std::size_t max, std::string_view what);
  // "host:port", or nothing.
  std::string address(std::string_view from);
  // An encoded key.
  core::Bytes key(core::BytesView from);
  // Non-empty and within the users' space.
  core::Range range(core::BytesView begin, core::BytesView end);
  // Not nobody.
  core::NodeId node_id(std::uint64_t from);
  core::Cut cut(std::uint64_t from);
  // An enumerator at most `last`; both enums number alike.
  template <typename Enum>
  Enum enumerator(std::uint16_t from, Enum last) {
    require(from <= static_cast<std::uint16_t>(last), "an enumerator that is not known");
    return refusal_ ? Enum{} : static_cast<Enum>(from);
  }

 private:
  bool charge(std::size_t bytes);

  std::size_t allowance_;  // Bytes that may still be allocated.
  std::optional<core::Error> refusal_;
};

// All elements of a list of the schema, or none, each through `take`.
template <typename T, typename List, typename Take>
std::vector<T> take_list(const List& list, std::size_t max, std::string_view what, Intake& intake,
                         Take take) {
  std::vector<T> taken;
  const auto count = intake.admit(list.size(), max, sizeof(T), what);
  taken.reserve(count);
  for (std::size_t i = 0; i < count && !intake.refusal(); ++i) {
    taken.push_back(take(list[static_cast<unsigned>(i)]));
  }
  return taken;
}

template <typename T, typename List>
std::vector<T> take_numbers(const List& list, std::size_t max, std::string_view what,
                            Intake& intake) {
  return take_list<T>(list, max, what, intake, [](auto number) { return T{number}; });
}

}
