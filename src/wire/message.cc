#include "wire/message.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace starling::wire {
namespace {

using core::Errc;
using core::fail;

constexpr std::size_t word_bytes = sizeof(capnp::word);
constexpr std::size_t segments_max = 8;
constexpr int nesting_max = 16;

using Segment = kj::ArrayPtr<const capnp::word>;

struct Segments {
  std::array<Segment, segments_max> all;
  std::size_t count = 0;
};

std::uint32_t number_at(core::BytesView bytes, std::size_t offset) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[offset + i - 1]);
  }
  return number;
}

void append_number(core::Bytes& out, std::uint32_t number) {
  for (int i = 0; i < 4; ++i, number >>= 8) out.push_back(static_cast<char>(number & 0xFF));
}

// The table: count of segments less one, the words of each, and padding to a whole word.
constexpr std::size_t table_bytes(std::size_t segments) { return (segments / 2 + 1) * word_bytes; }

core::Result<Segments> find_segments(std::span<const capnp::word> words) {
  const core::BytesView bytes{reinterpret_cast<const char*>(words.data()), words.size_bytes()};
  if (bytes.empty()) return fail(Errc::malformed, "an empty message");
  Segments found;
  found.count = std::size_t{number_at(bytes, 0)} + 1;
  if (found.count > segments_max) return fail(Errc::over_limit, "too many segments");
  if (bytes.size() < table_bytes(found.count)) {
    return fail(Errc::malformed, "shorter than its table of segments");
  }
  std::size_t at = table_bytes(found.count) / word_bytes;
  for (std::size_t i = 0; i < found.count; ++i) {
    const std::size_t size = number_at(bytes, 4 * (i + 1));
    if (size > words.size() - at) return fail(Errc::malformed, "shorter than its segments");
    found.all[i] = Segment{words.data() + at, size};
    at += size;
  }
  if (at != words.size()) return fail(Errc::malformed, "bytes after the message");
  return found;
}

core::Result<void> read_words(std::span<const capnp::word> words,
                              const std::function<void(capnp::MessageReader&, Intake&)>& read) {
  const auto segments = find_segments(words);
  if (!segments) return std::unexpected(segments.error());
  // An honest message points at everything once and every codec reads everything once, so more
  // words than there are is a trick.
  const capnp::ReaderOptions options{.traversalLimitInWords = words.size(),
                                     .nestingLimit = nesting_max};
  Intake intake{words.size_bytes()};
  try {
    capnp::SegmentArrayMessageReader message{kj::arrayPtr(segments->all.data(), segments->count),
                                             options};
    read(message, intake);
  } catch (const kj::Exception& problem) {
    return fail(Errc::malformed, problem.getDescription().cStr());
  }
  if (intake.refusal()) return std::unexpected(*intake.refusal());
  return {};
}

}

core::Bytes encode_message(std::size_t words_expected,
                           const std::function<void(capnp::MessageBuilder&)>& fill) {
  capnp::MallocMessageBuilder message{static_cast<unsigned>(words_expected)};
  fill(message);
  const auto segments = message.getSegmentsForOutput();
  core::Bytes out;
  out.reserve(table_bytes(segments.size()) + message.sizeInWords() * word_bytes);
  append_number(out, static_cast<std::uint32_t>(segments.size()) - 1);
  for (const auto& segment : segments) {
    append_number(out, static_cast<std::uint32_t>(segment.size()));
  }
  out.resize(table_bytes(segments.size()));
  for (const auto& segment : segments) {
    out.append(reinterpret_cast<const char*>(segment.begin()), segment.size() * word_bytes);
  }
  return out;
}

core::Result<void> decode_message(core::BytesView bytes,
                                  const std::function<void(capnp::MessageReader&, Intake&)>& read) {
  if (bytes.size() % word_bytes != 0) return fail(Errc::malformed, "not a whole number of words");
  const auto size = bytes.size() / word_bytes;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(capnp::word) == 0) {
    return read_words({reinterpret_cast<const capnp::word*>(bytes.data()), size}, read);
  }
  auto aligned = kj::heapArray<capnp::word>(size);
  std::memcpy(aligned.asBytes().begin(), bytes.data(), bytes.size());
  return read_words({aligned.begin(), size}, read);
}

}
