#pragma once
// Where a command writes: data on stdout, everything for people's eyes on stderr.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/starling/trouble.h"

namespace starling::cli {

enum class Shape : std::uint8_t { people, plain, json };
enum class Paint : std::uint8_t { none, good, bad, dim, strong };

class Output {
 public:
  struct Options {
    Shape shape = Shape::people;
    bool has_color = false;
    bool is_quiet = false;
  };

  explicit Output(Options options) : options_{options} {}

  Shape shape() const { return options_.shape; }
  bool is_json() const { return options_.shape == Shape::json; }
  bool is_plain() const { return options_.shape == Shape::plain; }

  std::string painted(Paint paint, std::string_view text) const;

  // Ends the process when nobody reads any more.
  void bytes(std::string_view data);
  void line(std::string_view text);
  // As it is; on a terminal escaped, on a line of its own.
  void value(std::string_view bytes);
  void flush();
  // Rows under a header; with --plain tabs and no header. Cells are escaped already.
  void table(const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows);

  // On stderr, and not with -q.
  void note(std::string_view text) const;
  // "next: …": what to type now; people only, on a line of its own.
  void next(std::string_view text);

  // On stderr when that is a terminal: one line that replaces itself, gone before anything else.
  void progress(std::string_view text);
  void end_progress();

 private:
  Options options_;
  bool has_progress_ = false;
};

// `choice`: auto, always, never; then NO_COLOR, then CLICOLOR_FORCE, then whether it is a terminal.
bool wants_color(std::string_view choice);
void complain(const Trouble& trouble);

}
