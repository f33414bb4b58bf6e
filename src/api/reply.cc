#include "api/reply.h"

#include <array>
#include <charconv>

namespace starling::api {

void Reply::simple(core::BytesView text) {
  out_ += '+';
  out_ += text;
  out_ += "\r\n";
}

void Reply::error(core::BytesView text) {
  out_ += '-';
  for (const char byte : text) out_ += (byte == '\r' || byte == '\n') ? ' ' : byte;
  out_ += "\r\n";
}

void Reply::integer(std::int64_t number) { line(':', number); }

void Reply::bulk(core::BytesView bytes) {
  out_.reserve(out_.size() + bytes.size() + 16);
  head('$', bytes.size());
  out_ += bytes;
  out_ += "\r\n";
}

void Reply::null() { out_ += protocol_ == Protocol::resp3 ? "_\r\n" : "$-1\r\n"; }
void Reply::null_array() { out_ += protocol_ == Protocol::resp3 ? "_\r\n" : "*-1\r\n"; }

void Reply::array(std::size_t count) { head('*', count); }

void Reply::map(std::size_t count) {
  if (protocol_ == Protocol::resp3) return head('%', count);
  head('*', 2 * count);
}

void Reply::set(std::size_t count) { head(protocol_ == Protocol::resp3 ? '~' : '*', count); }

void Reply::verbatim(core::BytesView text) {
  if (protocol_ == Protocol::resp2) return bulk(text);
  head('=', text.size() + 4);
  out_ += "txt:";
  out_ += text;
  out_ += "\r\n";
}

void Reply::head(char type, std::size_t count) { line(type, static_cast<std::int64_t>(count)); }

void Reply::line(char type, std::int64_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out_ += type;
  out_.append(digits.data(), end);
  out_ += "\r\n";
}

}
