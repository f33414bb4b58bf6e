#pragma once
// What the codecs show each other: a writer and a reader for each struct of the schema that
// another file's struct holds, and how many words a message will need.
//
// The schema's types are only named here; what a `To` or `From` holds is known where the generated
// header is included.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/range.h"
#include "gossip/messages.h"
#include "membership/messages.h"
#include "merkle/summary.h"
#include "ports/store.h"
#include "reconcile/messages.h"
#include "wire/intake.h"

namespace starling::schema {  // Generated from schema/*.capnp.
struct Beat;
struct JoinReply;
struct JoinRequest;
struct KeyedRecord;
struct Message;
struct Part;
struct Range;
struct Rumours;
}

namespace starling::wire {

template <typename Schema>
struct To {
  typename Schema::Builder there;
};
template <typename Schema>
struct From {
  typename Schema::Reader there;
};

void write_range(To<schema::Range> to, const core::Range& range);
void write_record(To<schema::KeyedRecord> to, const ports::KeyedRecord& record);
void write_part(To<schema::Part> to, const membership::Part& part);
void write_join_request(To<schema::JoinRequest> to, const membership::JoinRequest& request);
void write_join_reply(To<schema::JoinReply> to, const membership::JoinReply& reply);
void write_beat(To<schema::Beat> to, const gossip::Beat& beat);
void write_rumours(To<schema::Rumours> to, const gossip::Rumours& rumours);
void write_message(To<schema::Message> to, const reconcile::Message& message);

// A record without its value; `from` is not empty.
core::Bytes encode_head(const core::RecordHead& head);
core::RecordHead read_head(core::BytesView from, Intake& intake);

core::Range read_range(From<schema::Range> from, Intake& intake);
ports::KeyedRecord read_record(From<schema::KeyedRecord> from, Intake& intake);
membership::Part read_part(From<schema::Part> from, Intake& intake);
membership::JoinRequest read_join_request(From<schema::JoinRequest> from, Intake& intake);
membership::JoinReply read_join_reply(From<schema::JoinReply> from, Intake& intake);
gossip::Beat read_beat(From<schema::Beat> from, Intake& intake);
gossip::Rumours read_rumours(From<schema::Rumours> from, Intake& intake);
reconcile::Message read_message(From<schema::Message> from, Intake& intake);

// About what a writer will take, in words, pointers to it included: too little costs a copy.
std::size_t words_of(const core::Range& range);
std::size_t words_of(const ports::KeyedRecord& record);
std::size_t words_of(const membership::JoinRequest& request);
std::size_t words_of(const membership::JoinReply& reply);
std::size_t words_of(const gossip::Rumours& rumours);
std::size_t words_of(const reconcile::Message& message);

// Of Data, of Text with its terminator, or of a list of numbers of so many bytes: pointer,
// contents.
constexpr std::size_t words_of_bytes(std::size_t bytes) { return 2 + bytes / 8; }

template <typename T, typename WordsOf>
std::size_t words_of_each(const std::vector<T>& list, WordsOf words_of_one) {
  std::size_t words = 2;  // Pointer and tag.
  for (const auto& element : list) words += words_of_one(element);
  return words;
}

// Groups of one shape, in several structs.
template <typename Group>
void write_summary(Group to, const merkle::Summary& summary) {
  to.setCount(summary.count);
  to.setLow(summary.digest.low);
  to.setHigh(summary.digest.high);
}
template <typename Group>
merkle::Summary read_summary(const Group& from) {
  return {from.getCount(), {from.getLow(), from.getHigh()}};
}

// `list` has been made as long as `elements`.
template <typename List, typename T, typename Write>
void write_each(List list, const std::vector<T>& elements, Write write_one) {
  for (unsigned i = 0; const auto& element : elements) write_one(list[i++], element);
}
template <typename List, typename T>
void write_numbers(List list, const std::vector<T>& numbers) {
  for (unsigned i = 0; const auto number : numbers) list.set(i++, number);
}

// The records of a rumour or a batch.
template <typename List>
void write_records(List list, const std::vector<ports::KeyedRecord>& records) {
  write_each(list, records, [](auto to, const auto& record) { write_record({to}, record); });
}
template <typename List>
std::vector<ports::KeyedRecord> read_records(const List& list, Intake& intake) {
  return take_list<ports::KeyedRecord>(list, core::limits::batch_records_max, "records", intake,
                                       [&](auto record) { return read_record({record}, intake); });
}
std::size_t words_of(const std::vector<ports::KeyedRecord>& records);

// As Cap'n Proto's Data.
template <typename Reader>
Reader data_of(core::BytesView bytes) {
  return {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()};
}
// Of Cap'n Proto's Data and Text.
template <typename Reader>
std::string_view view_of(const Reader& reader) {
  return {reinterpret_cast<const char*>(reader.begin()), reader.size()};
}

}
