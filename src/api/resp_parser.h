#pragma once
// Cuts the bytes of a client into commands: RESP arrays of bulk strings, and on trusted doors
// inline lines. Consumes as it reads, so a large value is copied once and nothing is read twice.
//
//   between ─'*'─▶ bulk header ⇄ payload ──last one──▶ a command
//      └──any other first byte──▶ an inline line, or broken
//
// The texts are those of Redis, to the letter: clients match on them. Not the reader of hiredis:
// it takes nested and other types, waits for any length that is claimed, and has its own texts.

#include <cstddef>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace starling::api {

using Arguments = std::vector<core::Bytes>;

// May change between two commands.
struct ParserLimits {
  std::size_t arguments_max;
  std::size_t command_bytes_max;  // What all arguments of one command may hold together.
  bool is_trusted;                // False: before AUTH, when little is taken.
  bool takes_inline;
};

class RespParser {
 public:
  enum class Outcome { hungry, command, broken };

  // Takes bytes off the front of `input` until a command is complete, the input is used up, or the
  // client has broken the protocol: then error() says how and the connection must be closed.
  Outcome next(core::BytesView& input, const ParserLimits& limits);

  // The command that next() announced; at least one argument.
  Arguments take_arguments();
  const std::string& error() const { return error_; }
  // What the unfinished command holds, its claims aside.
  std::size_t held_bytes() const;

 private:
  enum class State { between, bulk_header, payload, broken };

  bool take_line(core::BytesView& input, core::BytesView& line, const char* when_too_long);
  Outcome begin_command(core::BytesView& input, const ParserLimits& limits);
  Outcome begin_bulk(core::BytesView& input, const ParserLimits& limits);
  bool read_payload(core::BytesView& input);
  Outcome fail(std::string what);

  State state_ = State::between;
  std::size_t arguments_left_ = 0;
  std::size_t payload_left_ = 0;  // With its CRLF.
  std::size_t bytes_ = 0;         // Of the arguments so far.
  core::Bytes partial_line_;
  core::Bytes whole_line_;  // What `line` of take_line points into when it came in pieces.
  Arguments arguments_;
  std::string error_;
};

// A line of words as people type it: quotes and escapes as in redis-cli. False when a quote is
// not closed, or is not followed by a space.
bool split_inline(core::BytesView line, Arguments& arguments);

}
