#include "tools/starling/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tools/starling/text.h"

namespace starling::cli {
namespace {

std::string joined(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    line += cells[at];
    if (at + 1 == cells.size()) break;
    line.append(widths[at] - columns_of(cells[at]) + 2, ' ');
  }
  return line;
}

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}

std::string Output::painted(Paint paint, std::string_view text) const {
  if (!options_.has_color || paint == Paint::none) return std::string{text};
  const char* const code = paint == Paint::good  ? "32"
                           : paint == Paint::bad ? "31"
                           : paint == Paint::dim ? "2"
                                                 : "1";
  return std::string{"\033["}.append(code).append("m").append(text).append("\033[0m");
}

void Output::bytes(std::string_view data) {
  end_progress();
  if (std::fwrite(data.data(), 1, data.size(), stdout) == data.size()) return;
  if (errno != EPIPE) std::fprintf(stderr, "starling: cannot write: %s\n", std::strerror(errno));
  std::_Exit(static_cast<int>(Exit::trouble));
}

void Output::line(std::string_view text) { bytes(std::string{text} + "\n"); }

void Output::value(std::string_view data) {
  if (is_plain() || isatty(STDOUT_FILENO) != 0) return line(escaped(data));
  bytes(data);
}

void Output::flush() {
  if (std::fflush(stdout) == 0) return;
  if (errno != EPIPE) std::fprintf(stderr, "starling: cannot write: %s\n", std::strerror(errno));
  std::_Exit(static_cast<int>(Exit::trouble));
}

void Output::table(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
  if (is_plain()) {
    for (const auto& row : rows) {
      std::string text;
      for (const auto& cell : row) text.append(cell).append("\t");
      text.pop_back();
      line(text);
    }
    return;
  }
  std::vector<std::size_t> widths;
  for (const auto& title : header) widths.push_back(columns_of(title));
  for (const auto& row : rows) {
    for (std::size_t at = 0; at < row.size(); ++at) {
      widths[at] = std::max(widths[at], columns_of(row[at]));
    }
  }
  line(painted(Paint::strong, joined(header, widths)));
  for (const auto& row : rows) line(joined(row, widths));
}

void Output::note(std::string_view text) const {
  if (options_.is_quiet) return;
  std::fflush(stdout);
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Output::next(std::string_view text) {
  if (options_.shape != Shape::people || options_.is_quiet) return;
  line(painted(Paint::dim, "next: " + std::string{text}));
}

void Output::progress(std::string_view text) {
  if (options_.is_quiet || isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
  has_progress_ = true;
}

void Output::end_progress() {
  if (!has_progress_) return;
  std::fputs("\r\033[K", stderr);
  has_progress_ = false;
}

bool wants_color(std::string_view choice) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  if (is_set("NO_COLOR")) return false;
  return is_set("CLICOLOR_FORCE") || isatty(STDOUT_FILENO) != 0;
}

void complain(const Trouble& trouble) {
  std::fprintf(stderr, "starling: %s\n", trouble.what.c_str());
  if (!trouble.remedy.empty()) std::fprintf(stderr, "try: %s\n", trouble.remedy.c_str());
}

}
