#pragma once
// Writes replies, in the dialect that the client chose with HELLO. What RESP2 has no type for is
// written as Redis writes it there: a map as an array of twice its length, null as `$-1`.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/bytes.h"

namespace starling::api {

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

class Reply {
 public:
  explicit Reply(Protocol protocol) : protocol_{protocol} {}

  void simple(core::BytesView text);  // One line.
  void ok() { simple("OK"); }
  // `text` begins with its code ("ERR …"); line ends in it, which an echoed argument may have
  // brought, become spaces.
  void error(core::BytesView text);
  void integer(std::int64_t number);
  void bulk(core::BytesView bytes);
  void null();
  void null_array();
  // The heads of what follows: `count` items, `count` pairs, `count` different items.
  void array(std::size_t count);
  void map(std::size_t count);
  void set(std::size_t count);
  // A text that RESP3 clients show as it is; a bulk string otherwise.
  void verbatim(core::BytesView text);
  // A whole reply made elsewhere, in this dialect.
  void raw(core::BytesView encoded) { out_ += encoded; }

  Protocol protocol() const { return protocol_; }
  std::size_t size() const { return out_.size(); }
  // Forgets all that was written after `size` bytes.
  void cut_back(std::size_t size) { out_.resize(size); }
  core::BytesView view() const { return out_; }
  core::Bytes take() { return std::move(out_); }

 private:
  void head(char type, std::size_t count);
  void line(char type, std::int64_t number);

  Protocol protocol_;
  core::Bytes out_;
};

}
