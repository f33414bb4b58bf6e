#include "store/stored_record.h"

#include <cstdint>

#include "merkle/hash.h"

namespace starling::store {
namespace {

constexpr char mark_apart = '\xFF';
constexpr std::size_t length_bytes = 4;

bool is_sound(const core::RecordHeader& header, core::BytesView value) {
  if (header.head.tombstone || header.value_dropped) return value.empty();
  return merkle::value_hash(value) == header.head.value_hash;
}

}

bool lies_apart(const core::Record& record) { return record.value.size() >= value_apart_bytes_min; }

core::Bytes encode_apart(const core::Record& record) {
  core::Bytes out;
  out.reserve(1 + length_bytes + core::record_header_bytes_max);
  out.push_back(mark_apart);
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out.push_back(static_cast<char>(record.value.size() >> (8 * i) & 0xFF));
  }
  out += core::encode_record({record.head, {}, record.value_dropped});
  return out;
}

core::Result<StoredRecord> decode_stored(core::BytesView bytes) {
  StoredRecord stored;
  stored.is_apart = bytes.starts_with(mark_apart);
  if (stored.is_apart) {
    if (bytes.size() < 1 + length_bytes) {
      return core::fail(core::Errc::malformed, "a value without its length");
    }
    for (std::size_t i = length_bytes; i > 0; --i) {
      stored.value_bytes = stored.value_bytes << 8 | static_cast<unsigned char>(bytes[i]);
    }
    bytes.remove_prefix(1 + length_bytes);
  }
  const auto header = core::decode_record_header(bytes);
  if (!header) return std::unexpected(header.error());
  stored.header = *header;
  stored.value = bytes.substr(header->bytes);
  if (!stored.is_apart) {
    stored.value_bytes = stored.value.size();
  } else if (!stored.value.empty()) {
    return core::fail(core::Errc::malformed, "a value both inline and apart");
  }
  return stored;
}

ports::ReadResult read_result(const StoredRecord& stored, core::BytesView value) {
  ports::ReadResult result{ports::Presence::corrupt, stored.bare()};
  if (!is_sound(stored.header, value)) return result;
  result.presence = ports::Presence::found;
  result.record.value = value;
  return result;
}

}
