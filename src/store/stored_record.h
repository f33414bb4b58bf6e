#pragma once
// How a record lies in the store. A small value follows its header; a large one lies apart, so
// that a scan reads headers and no payloads:
//
//   inline   encode_record: header, value
//   apart    0xFF  length of the value (4 bytes, little-endian)  header
//
// No record format version is 0xFF, so the first byte tells the two from each other.

#include <cstddef>

#include "core/bytes.h"
#include "core/record.h"
#include "core/result.h"
#include "ports/store.h"

namespace starling::store {

inline constexpr std::size_t value_apart_bytes_min = 4 * 1024;

bool lies_apart(const core::Record& record);
// Of a record whose value lies apart: all but the value.
core::Bytes encode_apart(const core::Record& record);

struct StoredRecord {
  core::RecordHeader header;
  std::size_t value_bytes = 0;
  bool is_apart = false;
  core::BytesView value;  // Of the bytes that were decoded; empty when it lies apart.

  // Without its value.
  core::Record bare() const { return {header.head, {}, header.value_dropped}; }
};
core::Result<StoredRecord> decode_stored(core::BytesView bytes);

// What a reader is given: found with `value`, or corrupt with the head alone when it is not the
// value that the header was made for, which only its hash can tell.
ports::ReadResult read_result(const StoredRecord& stored, core::BytesView value);

}
