#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "core/limits.h"
#include "golden/messages.h"
#include "unit/wire/any_message.h"
#include "wire/codec.h"
#include "wire/parts.h"

namespace starling::wire {
namespace {

using core::Errc;
using golden::cluster;

constexpr core::ClusterId another_cluster{cluster.value + 1};
constexpr std::size_t version_at = 16;  // Offset of the protocol version: table, root pointer.

}

TEST_CASE("every datagram that fits comes back as it was") {
  const auto law = [] {
    const auto datagram = testing::any_datagram();
    const auto encoded = encode_datagram(datagram, cluster);
    RC_PRE(encoded.has_value());
    const auto decoded = decode_datagram(*encoded, cluster);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == datagram);
  };
  CHECK(rc::check("datagrams round trip", law));
}

TEST_CASE("every frame comes back as it was, from one segment") {
  const auto law = [] {
    const auto frame = testing::any_frame();
    const auto encoded = encode_frame(frame, cluster);
    RC_ASSERT(encoded.substr(0, 4) == std::string(4, '\0'));
    const auto decoded = decode_frame(encoded, cluster);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == frame);
  };
  CHECK(rc::check("frames round trip", law));
}

TEST_CASE("every hello comes back as it was") {
  const auto law = [] {
    const auto hello = testing::any_hello();
    const auto decoded = decode_hello(encode_hello(hello, cluster), cluster);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == hello);
  };
  CHECK(rc::check("hellos round trip", law));
}

TEST_CASE("bytes that start at an odd address decode all the same") {
  const auto frame = golden::frames().front().message;
  const auto shifted = "x" + encode_frame(frame, cluster);
  const auto decoded = decode_frame(core::BytesView{shifted}.substr(1), cluster);
  REQUIRE(decoded);
  CHECK(*decoded == frame);
}

TEST_CASE("another cluster's messages are foreign") {
  const auto datagram = golden::datagrams().front().message;
  const auto frame = golden::frames().front().message;
  CHECK(decode_datagram(*encode_datagram(datagram, another_cluster), cluster).error().code ==
        Errc::foreign);
  CHECK(decode_frame(encode_frame(frame, another_cluster), cluster).error().code == Errc::foreign);
  CHECK(decode_hello(encode_hello(golden::hello(), another_cluster), cluster).error().code ==
        Errc::foreign);
}

TEST_CASE("another protocol version is foreign, whatever else is wrong") {
  auto bytes = encode_frame(golden::frames().front().message, cluster);
  bytes[version_at] = 2;
  bytes.replace(bytes.size() - 64, 64, 64, '\xFF');
  CHECK(decode_frame(bytes, cluster).error().code == Errc::foreign);
}

TEST_CASE("a sealed datagram is foreign while there are no keys") {
  const auto encoded = *encode_datagram(golden::datagrams().front().message, cluster);
  constexpr std::size_t head_at = 16;
  for (const std::size_t field : {2, 4, 40, 48, 56}) {  // Kind of content, key id, counter, tag.
    CAPTURE(field);
    auto sealed = encoded;
    sealed[head_at + field] = 1;
    CHECK(decode_datagram(sealed, cluster).error().code == Errc::foreign);
  }
}

TEST_CASE("nobody sends nothing") {
  auto datagram = golden::datagrams().front().message;
  datagram.sender = {};
  CHECK(decode_datagram(*encode_datagram(datagram, cluster), cluster).error().code ==
        Errc::malformed);
  auto hello = golden::hello();
  hello.node = {};
  CHECK(decode_hello(encode_hello(hello, cluster), cluster).error().code == Errc::malformed);
}

TEST_CASE("a datagram larger than every tunnel passes is refused on both sides") {
  auto datagram = golden::datagrams().front().message;
  datagram.membership.updates.resize(20, golden::update());
  CHECK(encode_datagram(datagram, cluster).error().code == Errc::over_limit);
  const core::Bytes large(core::limits::datagram_bytes_max + 8, '\0');
  CHECK(decode_datagram(large, cluster).error().code == Errc::over_limit);
}

TEST_CASE("the largest value passes, and nothing larger") {
  ports::KeyedRecord record = golden::records().front();
  record.record.value.resize(core::limits::value_bytes_max, 'v');
  const node::Frame frame{{1}, gossip::Rumours{1, {record}}};
  const auto decoded = decode_frame(encode_frame(frame, cluster), cluster);
  REQUIRE(decoded);
  CHECK(*decoded == frame);

  record.record.value.push_back('v');
  const auto refused =
      decode_frame(encode_frame({{1}, gossip::Rumours{1, {record}}}, cluster), cluster);
  CHECK(refused.error().code == Errc::over_limit);
  const core::Bytes larger(core::limits::frame_bytes_max + 8, '\0');
  CHECK(decode_frame(larger, cluster).error().code == Errc::over_limit);
}

TEST_CASE("a comparison tells keys with at least one record, heads only, and bounded words") {
  const auto refusal_of = [](const node::StreamBody& body) {
    const auto decoded = decode_frame(encode_frame({{1}, body}, cluster), cluster);
    return decoded ? std::optional<Errc>{} : decoded.error().code;
  };
  node::CompareReply reply{1, golden::entries(), golden::summary()};
  CHECK_FALSE(refusal_of(reply));
  const auto with_entry = [&](auto change) {
    auto changed = reply;
    change(changed.entries.front());
    return refusal_of(changed);
  };
  CHECK(with_entry([](auto& entry) { entry.ours = entry.theirs = {}; }) == Errc::malformed);
  CHECK(with_entry([](auto& entry) { entry.key = "no key"; }) == Errc::malformed);
  CHECK(with_entry([](auto& entry) { entry.ours->stamp.origin = {}; }) == Errc::malformed);
  CHECK(with_entry([](auto& entry) {
          entry.theirs->expiry_ms = core::limits::expiry_ms_max + 1;
        }) == Errc::malformed);
  const auto with_summary = [&](auto change) {
    auto changed = reply;
    change(*changed.summary);
    return refusal_of(changed);
  };
  CHECK(with_summary([](auto& summary) {
          summary.trouble.assign(core::limits::reason_bytes_max + 1, 'x');
        }) == Errc::over_limit);
  CHECK(with_summary([](auto& summary) { summary.trouble = "\n"; }) == Errc::malformed);
  CHECK(with_summary([](auto& summary) { summary.took = core::Duration{-1}; }) == Errc::malformed);
  reply.entries.resize(core::limits::batch_records_max + 1, golden::entries().front());
  CHECK(refusal_of(reply) == Errc::over_limit);
  CHECK(refusal_of(node::CompareRequest{1, {}, core::all_users()}) == Errc::malformed);
  CHECK(refusal_of(node::CompareRequest{1, {2}, {}}) == Errc::malformed);
}

TEST_CASE("a head with its value is no head") {
  auto bytes = encode_frame({{1}, node::CompareReply{1, {golden::entries()[1]}, {}}}, cluster);
  const auto head = encode_head(*golden::entries()[1].ours);
  const auto at = bytes.find(head);
  REQUIRE(at != std::string::npos);
  CHECK(decode_frame(bytes, cluster));
  bytes[at + 1] &= ~4;  // Not dropped any more.
  CHECK_FALSE(decode_frame(bytes, cluster));
}

TEST_CASE("a hello has its own small limit") {
  CHECK(decode_hello(core::Bytes(4104, '\0'), cluster).error().code == Errc::over_limit);
}

}
