#include "api/resp_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/numbers.h"
#include "core/assert.h"
#include "core/limits.h"

namespace starling::api {
namespace {

constexpr std::size_t crlf_bytes = 2;

// As Redis prints a byte in an error.
std::string shown(char byte) {
  return (byte >= ' ' && byte <= '~') ? std::string(1, byte) : std::string("?");
}

}

RespParser::Outcome RespParser::next(core::BytesView& input, const ParserLimits& limits) {
  while (state_ != State::broken) {
    if (state_ == State::payload) {
      if (!read_payload(input)) return Outcome::hungry;
      if (arguments_left_ == 0) {
        state_ = State::between;
        return Outcome::command;
      }
      state_ = State::bulk_header;
    }
    if (input.empty()) return Outcome::hungry;
    const auto step =
        state_ == State::between ? begin_command(input, limits) : begin_bulk(input, limits);
    if (step == Outcome::command || step == Outcome::broken) return step;
    if (input.empty() && state_ != State::payload) return Outcome::hungry;
  }
  return Outcome::broken;
}

// Answers hungry both when more bytes are needed and when the next state goes on with these.
RespParser::Outcome RespParser::begin_command(core::BytesView& input, const ParserLimits& limits) {
  const char first = partial_line_.empty() ? input[0] : partial_line_[0];
  if (first == '\r' || first == '\n') {  // An empty line between two commands is passed over.
    input.remove_prefix(1);
    return Outcome::hungry;
  }
  const bool is_multibulk = first == '*';
  if (!is_multibulk && !limits.takes_inline) {
    return fail("expected '*', got '" + shown(first) + "'");
  }
  core::BytesView line;
  const char* too_long = is_multibulk ? "too big mbulk count string" : "too big inline request";
  if (!take_line(input, line, too_long)) {
    return state_ == State::broken ? Outcome::broken : Outcome::hungry;
  }
  if (!is_multibulk) {
    if (!split_inline(line, arguments_)) return fail("unbalanced quotes in request");
    return arguments_.empty() ? Outcome::hungry : Outcome::command;
  }
  const auto count = parse_integer(line.substr(1));
  if (!count || *count > static_cast<std::int64_t>(limits.arguments_max)) {
    return fail("invalid multibulk length");
  }
  if (!limits.is_trusted &&
      *count > static_cast<std::int64_t>(core::limits::unproven_arguments_max)) {
    return fail("unauthenticated multibulk length");
  }
  if (*count <= 0) return Outcome::hungry;  // Redis passes over an empty command.
  arguments_left_ = static_cast<std::size_t>(*count);
  state_ = State::bulk_header;
  return Outcome::hungry;
}

RespParser::Outcome RespParser::begin_bulk(core::BytesView& input, const ParserLimits& limits) {
  const char first = partial_line_.empty() ? input[0] : partial_line_[0];
  core::BytesView line;
  if (first != '$') return fail("expected '$', got '" + shown(first) + "'");
  if (!take_line(input, line, "too big bulk count string")) {
    return state_ == State::broken ? Outcome::broken : Outcome::hungry;
  }
  const auto length = parse_integer(line.substr(1));
  if (!length || *length < 0) return fail("invalid bulk length");
  const auto bytes = static_cast<std::size_t>(*length);
  if (!limits.is_trusted && bytes > core::limits::unproven_bulk_bytes_max) {
    return fail("unauthenticated bulk length");
  }
  if (bytes_ + bytes > limits.command_bytes_max) return fail("invalid bulk length");
  bytes_ += bytes;
  arguments_.emplace_back();
  // The claim alone buys no memory: what has not arrived is not reserved.
  arguments_.back().reserve(std::min(bytes, input.size()));
  payload_left_ = bytes + crlf_bytes;
  state_ = State::payload;
  return Outcome::hungry;
}

// True when the payload and the two bytes after it, whatever they are, have been taken.
bool RespParser::read_payload(core::BytesView& input) {
  if (payload_left_ > crlf_bytes) {
    const auto part = std::min(payload_left_ - crlf_bytes, input.size());
    arguments_.back().append(input.substr(0, part));
    input.remove_prefix(part);
    payload_left_ -= part;
  }
  if (payload_left_ > crlf_bytes) return false;
  const auto end = std::min(payload_left_, input.size());
  input.remove_prefix(end);
  payload_left_ -= end;
  if (payload_left_ > 0) return false;
  --arguments_left_;
  return true;
}

// A line without its end; `line` is good until the next call. False: not complete yet, or too long.
bool RespParser::take_line(core::BytesView& input, core::BytesView& line,
                           const char* when_too_long) {
  const auto end = input.find('\n');
  const auto length = partial_line_.size() + std::min(end, input.size());
  if (length > core::limits::command_line_bytes_max) {
    fail(when_too_long);
    return false;
  }
  if (end == core::BytesView::npos) {
    partial_line_ += input;
    input = {};
    return false;
  }
  if (partial_line_.empty()) {
    line = input.substr(0, end);
  } else {
    whole_line_ = std::exchange(partial_line_, {});
    whole_line_ += input.substr(0, end);
    line = whole_line_;
  }
  input.remove_prefix(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

RespParser::Outcome RespParser::fail(std::string what) {
  state_ = State::broken;
  error_ = "ERR Protocol error: " + std::move(what);
  arguments_.clear();
  return Outcome::broken;
}

Arguments RespParser::take_arguments() {
  STARLING_ASSERT(!arguments_.empty());
  bytes_ = 0;
  return std::exchange(arguments_, {});
}

std::size_t RespParser::held_bytes() const {
  // Without the objects themselves a flood of empty arguments would look free.
  const auto held = partial_line_.capacity() + whole_line_.capacity() +
                    arguments_.capacity() * sizeof(core::Bytes);
  const auto to_come = payload_left_ > crlf_bytes ? payload_left_ - crlf_bytes : 0;
  const auto reserved =
      arguments_.empty() ? 0 : arguments_.back().capacity() - arguments_.back().size();
  return held + bytes_ - to_come + reserved;
}

namespace {

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

std::optional<int> hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return std::nullopt;
}

char escaped(char byte) {
  switch (byte) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return byte;
  }
}

// Reads a quoted word from behind its opening quote up to behind its closing one.
bool take_quoted(core::BytesView& line, char quote, core::Bytes& word) {
  while (!line.empty()) {
    const char byte = line[0];
    if (quote == '"' && byte == '\\' && line.size() >= 4 && line[1] == 'x' && hex_digit(line[2]) &&
        hex_digit(line[3])) {
      word.push_back(static_cast<char>(*hex_digit(line[2]) * 16 + *hex_digit(line[3])));
      line.remove_prefix(4);
    } else if (quote == '"' && byte == '\\' && line.size() >= 2) {
      word.push_back(escaped(line[1]));
      line.remove_prefix(2);
    } else if (quote == '\'' && line.starts_with("\\'")) {
      word.push_back('\'');
      line.remove_prefix(2);
    } else if (byte == quote) {
      line.remove_prefix(1);
      return line.empty() || is_space(line[0]);
    } else {
      word.push_back(byte);
      line.remove_prefix(1);
    }
  }
  return false;
}

}

bool split_inline(core::BytesView line, Arguments& arguments) {
  arguments.clear();
  while (true) {
    while (!line.empty() && is_space(line[0])) line.remove_prefix(1);
    if (line.empty()) return true;
    core::Bytes word;
    while (!line.empty() && !is_space(line[0])) {
      const char byte = line[0];
      line.remove_prefix(1);
      if (byte == '"' || byte == '\'') {
        if (!take_quoted(line, byte, word)) return false;
      } else {
        word.push_back(byte);
      }
    }
    arguments.push_back(std::move(word));
  }
}

}
