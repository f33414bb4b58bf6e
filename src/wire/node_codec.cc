// schema/node.capnp: datagrams, frames and hellos, the checks that make a stranger one, and
// comparisons walked for another node.

#include <capnp/message.h>
#include <schema/node.capnp.h>

#include <algorithm>
#include <string>
#include <variant>

#include "core/limits.h"
#include "core/record.h"
#include "wire/codec.h"
#include "wire/message.h"
#include "wire/parts.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;
using core::fail;

constexpr std::size_t hello_bytes_max = 4096;

template <typename Builder>
void sign(Builder to, core::ClusterId cluster) {
  to.setProtocolVersion(schema::PROTOCOL_VERSION);
  to.setCluster(cluster.value);
}

// Nothing else of a stranger's message may be looked at.
template <typename Reader>
bool is_ours(const Reader& from, core::ClusterId cluster, Intake& intake) {
  if (from.getProtocolVersion() != schema::PROTOCOL_VERSION) {
    intake.refuse(Errc::foreign, "protocol version " + std::to_string(from.getProtocolVersion()));
  } else if (from.getCluster() != cluster.value) {
    intake.refuse(Errc::foreign, "cluster id " + core::to_hex(from.getCluster()));
  }
  return !intake.refusal();
}

// One message with `Schema` at its root, if it is one of ours.
template <typename Schema, typename T, typename Read>
core::Result<T> decode(core::BytesView bytes, std::size_t bytes_max, core::ClusterId cluster,
                       Read read_body) {
  if (bytes.size() > bytes_max) return fail(Errc::over_limit, "message too long");
  T decoded;
  const auto outcome = decode_message(bytes, [&](capnp::MessageReader& message, Intake& intake) {
    const auto from = message.getRoot<Schema>();
    if (is_ours(from, cluster, intake)) decoded = read_body(from, intake);
  });
  if (!outcome) return std::unexpected(outcome.error());
  return decoded;
}

bool is_sealed(schema::Datagram::Reader from) {
  return !from.getContent().isClear() || from.getKeyId() != 0 || from.getCounter() != 0 ||
         from.getTagLow() != 0 || from.getTagHigh() != 0;
}

node::Datagram read_datagram(schema::Datagram::Reader from, Intake& intake) {
  node::Datagram datagram;
  if (is_sealed(from)) {
    intake.refuse(Errc::foreign, "sealed, and there are no keys here");
    return datagram;
  }
  datagram.sender = intake.node_id(from.getSender());
  datagram.incarnation = from.getIncarnation();
  datagram.hlc = {from.getHlc()};
  const auto content = from.getContent().getClear();
  if (content.hasMembership()) {
    datagram.membership = read_part({content.getMembership()}, intake);
  }
  if (content.hasBeat()) datagram.beat = read_beat({content.getBeat()}, intake);
  return datagram;
}

// ---- comparisons --------------------------------------------------------------------------------

void write_entry(schema::CompareEntry::Builder to, const node::CompareEntry& entry) {
  to.setKey(data_of<capnp::Data::Reader>(entry.key));
  if (entry.ours) to.setOurs(data_of<capnp::Data::Reader>(encode_head(*entry.ours)));
  if (entry.theirs) to.setTheirs(data_of<capnp::Data::Reader>(encode_head(*entry.theirs)));
  to.setOurBytes(entry.our_bytes);
  to.setTheirBytes(entry.their_bytes);
}

std::optional<core::RecordHead> read_side(core::BytesView from, Intake& intake) {
  if (from.empty()) return std::nullopt;
  return read_head(from, intake);
}

node::CompareEntry read_entry(schema::CompareEntry::Reader from, Intake& intake) {
  node::CompareEntry entry{.key = intake.key(view_of(from.getKey())),
                           .ours = read_side(view_of(from.getOurs()), intake),
                           .theirs = read_side(view_of(from.getTheirs()), intake),
                           .our_bytes = from.getOurBytes(),
                           .their_bytes = from.getTheirBytes()};
  intake.require(entry.ours || entry.theirs, "a difference between nothing and nothing");
  return entry;
}

void write_summary(schema::CompareSummary::Builder to, const node::CompareSummary& summary) {
  to.setTrouble(summary.trouble.c_str());
  to.setFromName(summary.from_name.c_str());
  to.setPeerName(summary.peer_name.c_str());
  to.setPeer(summary.peer.value);
  to.setCut(summary.cut.second);
  to.setLeaves(summary.leaves);
  to.setRangesCompared(summary.ranges_compared);
  to.setLeavesDiffer(summary.leaves_differ);
  to.setKeysDiffer(summary.keys_differ);
  to.setInFlight(summary.in_flight);
  to.setBytesSent(summary.bytes_sent);
  to.setBytesReceived(summary.bytes_received);
  to.setRoundTrips(summary.round_trips);
  to.setTook(static_cast<std::uint64_t>(summary.took.count()));
}

node::CompareSummary read_summary(schema::CompareSummary::Reader from, Intake& intake) {
  constexpr std::uint64_t longest = INT64_MAX;
  intake.require(from.getTook() <= longest, "a comparison longer than all time");
  return {
      .trouble = intake.text(view_of(from.getTrouble()), limits::reason_bytes_max, "trouble"),
      .from_name = intake.text(view_of(from.getFromName()), limits::node_name_bytes_max, "name"),
      .peer_name = intake.text(view_of(from.getPeerName()), limits::node_name_bytes_max, "name"),
      .peer = {from.getPeer()},
      .cut = intake.cut(from.getCut()),
      .leaves = from.getLeaves(),
      .ranges_compared = from.getRangesCompared(),
      .leaves_differ = from.getLeavesDiffer(),
      .keys_differ = from.getKeysDiffer(),
      .in_flight = from.getInFlight(),
      .bytes_sent = from.getBytesSent(),
      .bytes_received = from.getBytesReceived(),
      .round_trips = from.getRoundTrips(),
      .took = core::Duration{static_cast<std::int64_t>(std::min(from.getTook(), longest))}};
}

void write_request(schema::CompareRequest::Builder to, const node::CompareRequest& request) {
  to.setNumber(request.number);
  to.setPeer(request.peer.value);
  write_range({to.initRange()}, request.range);
}

node::CompareRequest read_request(schema::CompareRequest::Reader from, Intake& intake) {
  return {from.getNumber(), intake.node_id(from.getPeer()), read_range({from.getRange()}, intake)};
}

void write_reply(schema::CompareReply::Builder to, const node::CompareReply& reply) {
  to.setNumber(reply.number);
  write_each(to.initEntries(static_cast<unsigned>(reply.entries.size())), reply.entries,
             write_entry);
  if (reply.summary) write_summary(to.initSummary(), *reply.summary);
}

node::CompareReply read_reply(schema::CompareReply::Reader from, Intake& intake) {
  node::CompareReply reply{.number = from.getNumber()};
  reply.entries =
      take_list<node::CompareEntry>(from.getEntries(), limits::batch_records_max, "differences",
                                    intake, [&](auto entry) { return read_entry(entry, intake); });
  if (from.hasSummary()) reply.summary = read_summary(from.getSummary(), intake);
  return reply;
}

std::size_t words_of(const node::CompareRequest& request) {
  return 4 + wire::words_of(request.range);
}
std::size_t words_of(const node::CompareCancel&) { return 2; }
std::size_t words_of(const node::CompareReply& reply) {
  constexpr auto head_words = words_of_bytes(core::record_header_bytes_max);
  constexpr std::size_t summary_words = 16 + words_of_bytes(limits::reason_bytes_max) +
                                        2 * words_of_bytes(limits::node_name_bytes_max);
  return 4 + (reply.summary ? summary_words : 0) +
         words_of_each(reply.entries, [](const auto& entry) {
           return 2 + words_of_bytes(entry.key.size()) + 2 * head_words;
         });
}

// ---- bodies -------------------------------------------------------------------------------------

void write_body(schema::Frame::Body::Builder to, const membership::JoinRequest& request) {
  write_join_request({to.initJoinRequest()}, request);
}
void write_body(schema::Frame::Body::Builder to, const membership::JoinReply& reply) {
  write_join_reply({to.initJoinReply()}, reply);
}
void write_body(schema::Frame::Body::Builder to, const gossip::Rumours& rumours) {
  write_rumours({to.initRumours()}, rumours);
}
void write_body(schema::Frame::Body::Builder to, const reconcile::Message& message) {
  write_message({to.initReconcile()}, message);
}
void write_body(schema::Frame::Body::Builder to, const node::CompareRequest& request) {
  write_request(to.initCompareRequest(), request);
}
void write_body(schema::Frame::Body::Builder to, const node::CompareCancel& cancel) {
  to.initCompareCancel().setNumber(cancel.number);
}
void write_body(schema::Frame::Body::Builder to, const node::CompareReply& reply) {
  write_reply(to.initCompareReply(), reply);
}

node::StreamBody read_body(schema::Frame::Body::Reader from, Intake& intake) {
  switch (from.which()) {
    case schema::Frame::Body::JOIN_REQUEST:
      return read_join_request({from.getJoinRequest()}, intake);
    case schema::Frame::Body::JOIN_REPLY:
      return read_join_reply({from.getJoinReply()}, intake);
    case schema::Frame::Body::RUMOURS:
      return read_rumours({from.getRumours()}, intake);
    case schema::Frame::Body::RECONCILE:
      return read_message({from.getReconcile()}, intake);
    case schema::Frame::Body::COMPARE_REQUEST:
      return read_request(from.getCompareRequest(), intake);
    case schema::Frame::Body::COMPARE_CANCEL:
      return node::CompareCancel{from.getCompareCancel().getNumber()};
    case schema::Frame::Body::COMPARE_REPLY:
      return read_reply(from.getCompareReply(), intake);
  }
  intake.require(false, "a body that is not known");
  return {};
}

}

core::Result<core::Bytes> encode_datagram(const node::Datagram& datagram, core::ClusterId cluster) {
  auto bytes = encode_message(limits::datagram_bytes_max / 8, [&](capnp::MessageBuilder& message) {
    auto to = message.initRoot<schema::Datagram>();
    sign(to, cluster);
    to.setSender(datagram.sender.value);
    to.setIncarnation(datagram.incarnation);
    to.setHlc(datagram.hlc.value);
    auto content = to.getContent().initClear();
    if (datagram.membership != membership::Part{}) {
      write_part({content.initMembership()}, datagram.membership);
    }
    if (datagram.beat) write_beat({content.initBeat()}, *datagram.beat);
  });
  if (bytes.size() > limits::datagram_bytes_max) {
    return fail(Errc::over_limit, "a datagram of " + std::to_string(bytes.size()) + " bytes");
  }
  return bytes;
}

core::Result<node::Datagram> decode_datagram(core::BytesView bytes, core::ClusterId cluster) {
  return decode<schema::Datagram, node::Datagram>(bytes, limits::datagram_bytes_max, cluster,
                                                  read_datagram);
}

core::Bytes encode_frame(const node::Frame& frame, core::ClusterId cluster) {
  const auto words = std::visit([](const auto& body) { return words_of(body); }, frame.body);
  constexpr std::size_t head_words = 8;
  return encode_message(words + head_words, [&](capnp::MessageBuilder& message) {
    auto to = message.initRoot<schema::Frame>();
    sign(to, cluster);
    to.setHlc(frame.hlc.value);
    std::visit([&](const auto& body) { write_body(to.getBody(), body); }, frame.body);
  });
}

core::Result<node::Frame> decode_frame(core::BytesView bytes, core::ClusterId cluster) {
  return decode<schema::Frame, node::Frame>(
      bytes, limits::frame_bytes_max, cluster, [](auto from, Intake& intake) {
        return node::Frame{{from.getHlc()}, read_body(from.getBody(), intake)};
      });
}

core::Bytes encode_hello(const Hello& hello, core::ClusterId cluster) {
  return encode_message(hello_bytes_max / 8, [&](capnp::MessageBuilder& message) {
    auto to = message.initRoot<schema::Hello>();
    sign(to, cluster);
    to.setDigestVersion(hello.digest_version);
    to.setNodeId(hello.node.value);
    to.setName(hello.name.c_str());
    to.setAddress(hello.address.c_str());
  });
}

core::Result<Hello> decode_hello(core::BytesView bytes, core::ClusterId cluster) {
  return decode<schema::Hello, Hello>(
      bytes, hello_bytes_max, cluster, [](auto from, Intake& intake) {
        return Hello{
            .node = intake.node_id(from.getNodeId()),
            .name = intake.text(view_of(from.getName()), limits::node_name_bytes_max, "name"),
            .address = intake.address(view_of(from.getAddress())),
            .digest_version = from.getDigestVersion()};
      });
}

}
