// schema/node.capnp: datagrams, frames and hellos, and the checks that make a stranger one.

#include <capnp/message.h>
#include <schema/node.capnp.h>

#include <string>
#include <variant>

#include "core/limits.h"
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
