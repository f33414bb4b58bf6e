#pragma once
// A half-open range of encoded keys.

#include <compare>

#include "core/bytes.h"
#include "core/key.h"

namespace starling::core {

struct Range {
  Bytes begin;
  Bytes end;

  bool contains(BytesView key) const { return begin <= key && key < end; }
  bool is_empty() const { return begin >= end; }
  friend auto operator<=>(const Range&, const Range&) = default;
};

// Everything that the tree covers.
inline Range all_users() { return {Bytes{users_begin}, Bytes{users_end}}; }

// All records whose user key starts with `prefix`.
inline Range range_of_prefix(BytesView prefix) {
  auto begin = begin_of_user_keys(prefix);
  auto end = end_of_prefix(begin);
  return {std::move(begin), std::move(end)};
}

}
