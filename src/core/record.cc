#include "core/record.h"

namespace starling::core {
namespace {

constexpr std::uint8_t format_version = 1;

enum Flag : std::uint8_t {
  flag_tombstone = 1,
  flag_expiry = 2,
  flag_value_dropped = 4,
  flags_known = 7,
};

void put_number(Bytes& out, std::uint64_t number, std::size_t bytes = 8) {
  for (; bytes > 0; --bytes, number >>= 8) out.push_back(static_cast<char>(number & 0xFF));
}

std::uint64_t number_at(BytesView bytes, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[offset + i - 1]);
  }
  return number;
}

constexpr std::size_t fixed_bytes = 26;  // Version, flags, hlc, origin, value hash.

}

Result<RecordHeader> decode_record_header(BytesView bytes) {
  if (bytes.size() < fixed_bytes) return fail(Errc::malformed, "record shorter than its header");
  const auto version = static_cast<std::uint8_t>(bytes[0]);
  if (version != format_version) {
    return fail(Errc::format_unknown, "record format " + std::to_string(version));
  }
  const auto flags = static_cast<std::uint8_t>(bytes[1]);
  if ((flags & ~flags_known) != 0) return fail(Errc::malformed, "unknown record flags");
  RecordHeader header;
  header.head.tombstone = (flags & flag_tombstone) != 0;
  header.value_dropped = (flags & flag_value_dropped) != 0;
  header.head.stamp = {{number_at(bytes, 2)}, {number_at(bytes, 10)}};
  header.head.value_hash = number_at(bytes, 18);
  header.bytes = fixed_bytes;
  if ((flags & flag_expiry) != 0) {
    if (bytes.size() < fixed_bytes + 8) return fail(Errc::malformed, "record without its expiry");
    header.head.expiry_ms = number_at(bytes, fixed_bytes);
    header.bytes += 8;
    if (header.head.expiry_ms == 0) return fail(Errc::malformed, "an expiry of zero");
  }
  const bool must_be_empty = header.head.tombstone || header.value_dropped;
  if (must_be_empty && bytes.size() != header.bytes) {
    return fail(Errc::malformed, "bytes after a record without a value");
  }
  if (header.head.tombstone && header.head.value_hash != 0) {
    return fail(Errc::malformed, "a tombstone with a value hash");
  }
  return header;
}

bool wins_over(const Record& challenger, const Record& holder) {
  if (const auto order = challenger.head <=> holder.head; order != 0) return order > 0;
  if (challenger.value_dropped != holder.value_dropped) return holder.value_dropped;
  return challenger.value > holder.value;
}

const Record& merge(const Record& a, const Record& b) { return wins_over(b, a) ? b : a; }

Bytes encode_record(const Record& record) {
  Bytes out;
  out.reserve(record_header_bytes_max + record.value.size());
  const auto& head = record.head;
  const auto flags = (head.tombstone ? flag_tombstone : 0) | (head.expiry_ms ? flag_expiry : 0) |
                     (record.value_dropped ? flag_value_dropped : 0);
  out.push_back(static_cast<char>(format_version));
  out.push_back(static_cast<char>(flags));
  put_number(out, head.stamp.hlc.value);
  put_number(out, head.stamp.origin.value);
  put_number(out, head.value_hash);
  if (head.expiry_ms != 0) put_number(out, head.expiry_ms);
  out += record.value;
  return out;
}

Result<Record> decode_record(BytesView bytes) {
  auto header = decode_record_header(bytes);
  if (!header) return std::unexpected(header.error());
  return Record{header->head, Bytes{bytes.substr(header->bytes)}, header->value_dropped};
}

}
