#include "api/resp_parser.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace starling::api {
namespace {

constexpr ParserLimits loopback{.arguments_max = 65'536,
                                .command_bytes_max = 2 * 1024 * 1024,
                                .is_trusted = true,
                                .takes_inline = false};
constexpr ParserLimits unix_socket{.arguments_max = 65'536,
                                   .command_bytes_max = 2 * 1024 * 1024,
                                   .is_trusted = true,
                                   .takes_inline = true};
constexpr ParserLimits stranger{.arguments_max = 65'536,
                                .command_bytes_max = 2 * 1024 * 1024,
                                .is_trusted = false,
                                .takes_inline = false};

struct Parsed {
  std::vector<Arguments> commands;
  std::string error;

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

void feed(RespParser& parser, core::BytesView bytes, const ParserLimits& limits, Parsed& parsed) {
  while (true) {
    switch (parser.next(bytes, limits)) {
      case RespParser::Outcome::hungry:
        return;
      case RespParser::Outcome::command:
        parsed.commands.push_back(parser.take_arguments());
        break;
      case RespParser::Outcome::broken:
        parsed.error = parser.error();
        return;
    }
  }
}

// The bytes in pieces of `piece`; whatever the pieces are, the outcome must be the same.
Parsed parse(core::BytesView bytes, const ParserLimits& limits, std::size_t piece) {
  RespParser parser;
  Parsed parsed;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    feed(parser, bytes.substr(at, piece), limits, parsed);
    if (!parsed.error.empty()) break;
  }
  return parsed;
}

struct Case {
  std::string bytes;
  Parsed expected;
};

void check_all(const std::vector<Case>& cases, const ParserLimits& limits) {
  for (const auto& [bytes, expected] : cases) {
    for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
      CAPTURE(bytes.substr(0, 60));
      CAPTURE(piece);
      const auto parsed = parse(bytes, limits, piece);
      CHECK(parsed.commands == expected.commands);
      CHECK(parsed.error == expected.error);
    }
  }
}

std::string protocol_error(const std::string& what) { return "ERR Protocol error: " + what; }

TEST_CASE("arrays of bulk strings become commands, whatever the pieces they come in") {
  check_all({{"*1\r\n$4\r\nPING\r\n", {{{"PING"}}, ""}},
             {"*2\r\n$3\r\nGET\r\n$0\r\n\r\n", {{{"GET", ""}}, ""}},
             {"*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n", {{{"a"}, {"b"}}, ""}},
             {"*1\r\n$4\r\na\r\nb\r\n", {{{"a\r\nb"}}, ""}},
             {std::string{"*1\r\n$3\r\na\0b\r\n", 13}, {{{std::string{"a\0b", 3}}}, ""}},
             {"\r\n\r\n*1\r\n$1\r\na\r\n\n*1\r\n$1\r\nb\r\n", {{{"a"}, {"b"}}, ""}},
             {"*0\r\n*-1\r\n*-10\r\n*1\r\n$1\r\na\r\n", {{{"a"}}, ""}},
             {"*2\r\n$1\r\na\r\n$5\r\nbc", {{}, ""}}},
            loopback);
}

TEST_CASE("what breaks the protocol is answered in the words of Redis") {
  check_all({{"*65537\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*1048577\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*2147483648\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*99999999999999999999\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*01\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*3x\r\n", {{}, protocol_error("invalid multibulk length")}},
             {"*1\r\n$-1\r\n", {{}, protocol_error("invalid bulk length")}},
             {"*1\r\n$-2\r\n", {{}, protocol_error("invalid bulk length")}},
             {"*1\r\n$536870913\r\n", {{}, protocol_error("invalid bulk length")}},
             {"*1\r\n$2000000000000\r\n", {{}, protocol_error("invalid bulk length")}},
             {"*1\r\n$ 1\r\n", {{}, protocol_error("invalid bulk length")}},
             {"*1\r\n:5\r\n", {{}, protocol_error("expected '$', got ':'")}},
             {"*1\r\n*1\r\n$1\r\na\r\n", {{}, protocol_error("expected '$', got '*'")}},
             {"*1\r\n\r\n", {{}, protocol_error("expected '$', got '?'")}},
             {"*1\r\n$1\r\na\r\nPOST", {{{"a"}}, protocol_error("expected '*', got 'P'")}},
             {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", {{}, protocol_error("expected '*', got 'G'")}},
             {"%1\r\n", {{}, protocol_error("expected '*', got '%'")}},
             {"\rGET", {{}, protocol_error("expected '*', got 'G'")}},
             {"\x16\x03\x01", {{}, protocol_error("expected '*', got '?'")}}},
            loopback);
}

TEST_CASE("a command may hold so many bytes and no more") {
  auto limits = loopback;
  limits.command_bytes_max = 6;
  check_all({{"*2\r\n$3\r\nabc\r\n$3\r\ndef\r\n", {{{"abc", "def"}}, ""}},
             {"*2\r\n$3\r\nabc\r\n$4\r\ndefg\r\n", {{}, protocol_error("invalid bulk length")}}},
            limits);
}

TEST_CASE("lines longer than 64 KiB are not waited for") {
  const std::string digits(64 * 1024 + 1, '1');
  check_all({{"*" + digits, {{}, protocol_error("too big mbulk count string")}},
             {"*1\r\n$" + digits, {{}, protocol_error("too big bulk count string")}}},
            loopback);
  check_all({{digits, {{}, protocol_error("too big inline request")}}}, unix_socket);
}

TEST_CASE("who has not shown the password may say little") {
  const std::string ten = "*10\r\n" + [] {
    std::string words;
    for (int i = 0; i < 10; ++i) words += "$1\r\na\r\n";
    return words;
  }();
  CHECK(parse(ten, stranger, 7).commands.size() == 1);
  CHECK(parse("*11\r\n", stranger, 7).error == protocol_error("unauthenticated multibulk length"));
  CHECK(parse("*1\r\n$16384\r\n", stranger, 7).error.empty());
  CHECK(parse("*1\r\n$16385\r\n", stranger, 7).error ==
        protocol_error("unauthenticated bulk length"));
}

TEST_CASE("a claim buys no memory") {
  RespParser parser;
  core::BytesView claim = "*60000\r\n$2000000\r\nx";
  CHECK(parser.next(claim, loopback) == RespParser::Outcome::hungry);
  CHECK(parser.held_bytes() < 1024);
}

TEST_CASE("the unix socket takes what people type") {
  check_all({{"PING\r\n", {{{"PING"}}, ""}},
             {"  set  k \"a b\\x41\\n\" \n", {{{"set", "k", "a bA\n"}}, ""}},
             {"set k 'it\\'s'\n", {{{"set", "k", "it's"}}, ""}},
             {"set k \"\"\n", {{{"set", "k", ""}}, ""}},
             {"   \r\nPING\n", {{{"PING"}}, ""}},
             {"set k \"a\n", {{}, protocol_error("unbalanced quotes in request")}},
             {"set k \"a\"b\n", {{}, protocol_error("unbalanced quotes in request")}},
             {"*1\r\n$4\r\nPING\r\n", {{{"PING"}}, ""}}},
            unix_socket);
}

}
}
