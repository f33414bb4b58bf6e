#include <doctest/doctest.h>

#include "core/limits.h"
#include "golden/messages.h"
#include "wire/codec.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;
using membership::JoinReply;
using membership::JoinRequest;
using membership::MemberUpdate;

std::optional<Errc> refusal_of(node::StreamBody body) {
  const auto decoded =
      decode_frame(encode_frame({{1}, std::move(body)}, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

std::optional<Errc> refusal_of(const MemberUpdate& self) {
  return refusal_of(node::StreamBody{JoinRequest{self, 0, {}}});
}

std::optional<Errc> refusal_of(membership::Part part) {
  const node::Datagram datagram{{1}, 1, {1}, std::move(part), {}};
  const auto decoded =
      decode_datagram(*encode_datagram(datagram, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

template <typename Change>
MemberUpdate update_with(Change change) {
  auto update = golden::update();
  change(update);
  return update;
}

}

TEST_CASE("a claim about nobody is malformed") {
  CHECK(refusal_of(update_with([](auto& update) { update.id = {}; })) == Errc::malformed);
}

TEST_CASE("a state that is not known is malformed") {
  const auto beyond = [](auto& update) { update.state = static_cast<membership::MemberState>(4); };
  CHECK(refusal_of(update_with(beyond)) == Errc::malformed);
}

TEST_CASE("addresses and names are as long as their limits, and no longer") {
  const auto address_of = [](std::size_t length) {
    return update_with([&](auto& update) { update.address = std::string(length, 'a'); });
  };
  CHECK_FALSE(refusal_of(address_of(limits::address_bytes_max)));
  CHECK(refusal_of(address_of(limits::address_bytes_max + 1)) == Errc::over_limit);
  const auto name_of = [](std::size_t length) {
    return update_with([&](auto& update) { update.name = std::string(length, 'n'); });
  };
  CHECK_FALSE(refusal_of(name_of(limits::node_name_bytes_max)));
  CHECK(refusal_of(name_of(limits::node_name_bytes_max + 1)) == Errc::over_limit);
}

TEST_CASE("what would forge a line in a log is malformed") {
  CHECK(refusal_of(update_with([](auto& update) { update.name = "a\nlevel=error"; })) ==
        Errc::malformed);
  CHECK(refusal_of(update_with([](auto& update) { update.address = "host :1"; })) ==
        Errc::malformed);
  CHECK_FALSE(refusal_of(update_with([](auto& update) { update.name = "bü ro"; })));
  CHECK(refusal_of(JoinReply{false, "no\x1b[2J", 0, {}, {}}) == Errc::malformed);
}

TEST_CASE("a roster holds as many as its limit, and no more") {
  const auto roster_of = [](std::size_t members) {
    return JoinRequest{golden::update(), 0,
                       std::vector<membership::RosterEntry>(members, {{1}, ""})};
  };
  CHECK_FALSE(refusal_of(roster_of(limits::roster_members_max)));
  CHECK(refusal_of(roster_of(limits::roster_members_max + 1)) == Errc::over_limit);
  CHECK(refusal_of(JoinRequest{golden::update(), 0, {{{0}, "nobody"}}}) == Errc::malformed);
}

TEST_CASE("a reply may tell of every member, and of no more") {
  const auto reply_of = [](std::size_t members) {
    return JoinReply{true, "", 0, {}, std::vector<MemberUpdate>(members, golden::update())};
  };
  CHECK_FALSE(refusal_of(reply_of(limits::roster_members_max)));
  CHECK(refusal_of(reply_of(limits::roster_members_max + 1)) == Errc::over_limit);
}

TEST_CASE("a long reason is cut, not refused") {
  const node::Frame frame{{1}, JoinReply{false, std::string(1000, 'r'), 0, {}, {}}};
  const auto decoded = decode_frame(encode_frame(frame, golden::cluster), golden::cluster);
  REQUIRE(decoded);
  CHECK(std::get<JoinReply>(decoded->body).reason == std::string(limits::reason_bytes_max, 'r'));
}

TEST_CASE("a datagram says as much as a part may, and no more") {
  const auto part_of = [](std::size_t updates) {
    membership::Part part;
    part.updates.resize(updates, MemberUpdate{.id = {1}, .address = {}, .name = {}, .accuser = {}});
    return part;
  };
  const auto fits = (limits::datagram_bytes_max - 96 - 24) / 64 - 1;
  CHECK_FALSE(refusal_of(part_of(fits)));
  CHECK(refusal_of(membership::Part{membership::Ping{1, {}}, {}}) == Errc::malformed);
  CHECK(refusal_of(membership::Part{membership::PingRequest{1, {}, "h:1"}, {}}) == Errc::malformed);
}

}
