#include "api/glob.h"

#include <algorithm>
#include <optional>

namespace starling::api {
namespace {

struct Step {
  bool matches;
  std::size_t pattern_bytes;
};

// A set behind its opening bracket; like Redis, an unclosed one ends with the pattern.
Step match_set(core::BytesView pattern, unsigned char byte) {
  std::size_t at = 1;
  const bool is_negated = at < pattern.size() && pattern[at] == '^';
  if (is_negated) ++at;
  bool is_in = false;
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(pattern[i]); };
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      is_in |= byte_at(at + 1) == byte;
      at += 2;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      const auto low = std::min(byte_at(at), byte_at(at + 2));
      const auto high = std::max(byte_at(at), byte_at(at + 2));
      is_in |= low <= byte && byte <= high;
      at += 3;
    } else {
      is_in |= byte_at(at) == byte;
      at += 1;
    }
  }
  return {is_in != is_negated, std::min(at + 1, pattern.size())};
}

// One byte of text against the first element of a pattern that does not begin with a star.
Step match_one(core::BytesView pattern, char byte) {
  switch (pattern[0]) {
    case '?':
      return {true, 1};
    case '[':
      return match_set(pattern, static_cast<unsigned char>(byte));
    case '\\':
      if (pattern.size() >= 2) return {pattern[1] == byte, 2};
      [[fallthrough]];
    default:
      return {pattern[0] == byte, 1};
  }
}

}

bool matches_glob(core::BytesView pattern, core::BytesView text) {
  // A later star makes an earlier one's choice final, so one place to go back to is enough.
  struct Star {
    core::BytesView pattern;
    core::BytesView text;
  };
  std::optional<Star> star;
  while (!text.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern[0] == '*') {
      star = Star{pattern.substr(1), text};
      pattern.remove_prefix(1);
      continue;
    }
    if (!pattern.empty() && !text.empty()) {
      const auto step = match_one(pattern, text[0]);
      if (step.matches) {
        pattern.remove_prefix(step.pattern_bytes);
        text.remove_prefix(1);
        continue;
      }
    }
    if (!star || star->text.empty()) return false;
    star->text.remove_prefix(1);
    pattern = star->pattern;
    text = star->text;
  }
  return true;
}

core::Bytes literal_prefix(core::BytesView pattern) {
  core::Bytes prefix;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char byte = pattern[i];
    if (byte == '*' || byte == '?' || byte == '[') break;
    if (byte == '\\' && i + 1 < pattern.size()) ++i;
    prefix.push_back(pattern[i]);
  }
  return prefix;
}

}
