// schema/common.capnp

#include <schema/common.capnp.h>

#include "core/limits.h"
#include "core/record.h"
#include "wire/parts.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using Data = capnp::Data::Reader;

void check_head(const core::RecordHead& head, Intake& intake) {
  intake.require(head.expiry_ms <= limits::expiry_ms_max, "an expiry after the end of time");
  intake.require(bool{head.stamp.origin}, "a stamp of nobody");
}

}

void write_range(To<schema::Range> to, const core::Range& range) {
  to.there.setBegin(data_of<Data>(range.begin));
  to.there.setEnd(data_of<Data>(range.end));
}

core::Range read_range(From<schema::Range> from, Intake& intake) {
  return intake.range(view_of(from.there.getBegin()), view_of(from.there.getEnd()));
}

std::size_t words_of(const core::Range& range) {
  return 1 + words_of_bytes(range.begin.size()) + words_of_bytes(range.end.size());
}

void write_record(To<schema::KeyedRecord> to, const ports::KeyedRecord& record) {
  to.there.setKey(data_of<Data>(record.key));
  to.there.setRecord(data_of<Data>(core::encode_record(record.record)));
}

ports::KeyedRecord read_record(From<schema::KeyedRecord> from, Intake& intake) {
  auto key = intake.key(view_of(from.there.getKey()));
  auto record = core::decode_record(view_of(from.there.getRecord()));
  if (!record) {
    intake.refuse(core::Errc::malformed, record.error().detail);
    return {};
  }
  if (record->value.size() > limits::value_bytes_max) {
    intake.refuse(core::Errc::over_limit, "value too long");
  }
  check_head(record->head, intake);
  if (!intake.keep_string(record->value.size())) return {};
  return {std::move(key), *std::move(record)};
}

core::Bytes encode_head(const core::RecordHead& head) {
  return core::encode_record({.head = head, .value = {}, .value_dropped = !head.tombstone});
}

core::RecordHead read_head(core::BytesView from, Intake& intake) {
  const auto header = core::decode_record_header(from);
  if (!header) {
    intake.refuse(core::Errc::malformed, header.error().detail);
    return {};
  }
  intake.require(header->head.tombstone || header->value_dropped, "a value where a head belongs");
  check_head(header->head, intake);
  return header->head;
}

std::size_t words_of(const ports::KeyedRecord& record) {
  return words_of_bytes(record.key.size()) +
         words_of_bytes(core::record_header_bytes_max + record.record.value.size());
}

std::size_t words_of(const std::vector<ports::KeyedRecord>& records) {
  return words_of_each(records, [](const auto& record) { return words_of(record); });
}

}
