#pragma once
// A record is what a key holds: a value or a tombstone, and the stamp of the write that made it.
// The head is everything but the value bytes: it decides a merge, feeds the digest, and is what
// listings carry. The value hash stands in for the value in all three.

#include <compare>
#include <cstddef>
#include <cstdint>

#include "core/bytes.h"
#include "core/result.h"
#include "core/stamp.h"

namespace starling::core {

struct RecordHead {
  Stamp stamp;
  std::uint64_t value_hash = 0;  // XXH3-64 of the value; 0 for a tombstone.
  bool tombstone = false;
  std::uint64_t expiry_ms = 0;  // Milliseconds since 1970; 0: never.

  // The order of the merge, value bytes aside: stamp, then value hash, then the canonical bytes of
  // flags and expiry (which compare as these numbers do).
  friend constexpr auto operator<=>(const RecordHead&, const RecordHead&) = default;

  // An expired record reads as absent, everywhere at the same HLC time.
  constexpr bool is_expired(std::uint64_t at_ms) const {
    return expiry_ms != 0 && expiry_ms <= at_ms;
  }
  constexpr bool is_live(std::uint64_t at_ms) const { return !tombstone && !is_expired(at_ms); }
};

struct Record {
  RecordHead head;
  Bytes value;
  // The value bytes of an expired record were let go. Of the storage only: outside merge order and
  // digest, exempt from the hash check; it travels.
  bool value_dropped = false;

  friend bool operator==(const Record&, const Record&) = default;
};

// The join of two records of one key: the larger one. Commutative, associative, idempotent, total.
// Order: head, then value bytes; of two equal ones, that which still has its value.
bool wins_over(const Record& challenger, const Record& holder);
const Record& merge(const Record& a, const Record& b);

// The stored form: format version, flags, stamp, value hash, expiry if there is one, value.
// Little-endian, at most `record_header_bytes_max` before the value.
inline constexpr std::size_t record_header_bytes_max = 34;
Bytes encode_record(const Record& record);
// Fails with `malformed` for bytes that encode_record cannot have made, `format_unknown` for a
// format version that we do not know.
Result<Record> decode_record(BytesView bytes);
// What precedes the value, of which no byte is read.
struct RecordHeader {
  RecordHead head;
  bool value_dropped = false;
  std::size_t bytes = 0;  // Length of the header: where the value begins.
};
Result<RecordHeader> decode_record_header(BytesView bytes);

}
