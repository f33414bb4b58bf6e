#pragma once
// One value as a person wrote it, and where.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starling::config {

enum class Shape : std::uint8_t {
  text,
  number,  // Whole.
  boolean,
  list,   // Of texts.
  other,  // Nothing that any setting takes.
};

struct Written {
  Shape shape = Shape::other;
  std::string text;                // Without quotes; empty for lists.
  std::vector<std::string> items;  // Of a list.

  friend bool operator==(const Written&, const Written&) = default;
};

// What environment and flags hold is bare words: read as the shape that the setting wants, if they
// can be (a list's items stand between commas), else as text.
Written from_words(Shape wanted, std::string_view words);

// As it would stand in the file.
std::string to_toml(const Written& value);

enum class Source : std::uint8_t { standard, file, environment, flag };  // Later ones win.

// A value, the setting it is for, and where that was said.
struct Assignment {
  std::string section;  // Empty: the top of the file.
  std::string key;
  Written value;
  Source source = Source::standard;
  std::string place;  // "default", "starling.toml:12", "STARLING_RESP_ACK", "--resp-ack"
};

}
