#include <doctest/doctest.h>

#include "core/limits.h"
#include "golden/messages.h"
#include "wire/codec.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;
using reconcile::Division;
using reconcile::ItemList;
using reconcile::Wanted;

std::optional<Errc> refusal_of(reconcile::Message message) {
  const auto decoded =
      decode_frame(encode_frame({{1}, std::move(message)}, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

reconcile::Descend descend(std::vector<Division> divisions) {
  return {
      .session = {}, .basis = {}, .request = 1, .divisions = std::move(divisions), .to_list = {}};
}

reconcile::DescendReply listed(std::vector<ItemList> lists) {
  return {.session = {}, .request = 1, .gone = false, .divisions = {}, .lists = std::move(lists)};
}

Division division_of(std::size_t pieces) {
  return {.range = core::all_users(),
          .level = 0,
          .boundaries = std::vector<std::uint32_t>(pieces - 1),
          .fingerprints = std::vector<std::uint64_t>(pieces)};
}

reconcile::ProbeReply reply_with(std::vector<Division> train) {
  return {.session = {}, .newest_cut = {}, .train = std::move(train)};
}

}

TEST_CASE("purposes, verdicts and wants that are not known are malformed") {
  CHECK(refusal_of(reconcile::Probe{.session = {},
                                    .purpose = static_cast<reconcile::Purpose>(2),
                                    .basis = {},
                                    .root = {},
                                    .horizon = {}}) == Errc::malformed);
  auto reply = reply_with({});
  reply.verdict = static_cast<reconcile::Verdict>(9);
  CHECK(refusal_of(reply) == Errc::malformed);
  CHECK(refusal_of(reconcile::Pull{
            .session = {}, .basis = {}, .want = static_cast<ports::Want>(2), .wanted = {}}) ==
        Errc::malformed);
}

TEST_CASE("a basis of a cut after the end of time is malformed") {
  auto question = descend({});
  question.basis.cut = {core::Hlc::ms_max};
  CHECK(refusal_of(question) == Errc::malformed);
}

TEST_CASE("a division has one fingerprint for each piece") {
  auto division = division_of(3);
  CHECK_FALSE(refusal_of(descend({division})));
  division.fingerprints.push_back(0);
  CHECK(refusal_of(descend({division})) == Errc::malformed);
  division.fingerprints.clear();
  division.boundaries.clear();
  CHECK(refusal_of(descend({division})) == Errc::malformed);
}

TEST_CASE("a division lies within the tree") {
  auto division = division_of(1);
  division.level = limits::tree_levels;
  CHECK_FALSE(refusal_of(descend({division})));
  division.level = limits::tree_levels + 1;
  CHECK(refusal_of(descend({division})) == Errc::malformed);
}

TEST_CASE("a message has as many divisions and fingerprints as its limits, and no more") {
  const auto divisions = limits::ranges_per_message_max;
  const auto pieces = limits::entries_per_message_max / divisions;
  CHECK_FALSE(refusal_of(descend(std::vector<Division>(divisions, division_of(pieces)))));
  CHECK(refusal_of(descend(std::vector<Division>(divisions + 1, division_of(1)))) ==
        Errc::over_limit);
  CHECK(refusal_of(descend(std::vector<Division>(divisions, division_of(pieces + 1)))) ==
        Errc::over_limit);
}

TEST_CASE("a train has as many entries as its limit, and no more") {
  CHECK_FALSE(refusal_of(reply_with({division_of(limits::train_entries_max)})));
  CHECK(refusal_of(reply_with({division_of(limits::train_entries_max + 1)})) == Errc::over_limit);
}

TEST_CASE("a train's fingerprints lose their upper halves") {
  auto division = division_of(2);
  division.fingerprints = {0xAAAA'BBBB'CCCC'DDDD, 0x1111'2222'3333'4444};
  const auto decoded =
      decode_frame(encode_frame({{1}, reconcile::Message{reply_with({division})}}, golden::cluster),
                   golden::cluster);
  REQUIRE(decoded);
  const auto& reply = std::get<reconcile::ProbeReply>(std::get<reconcile::Message>(decoded->body));
  CHECK(reply.train.at(0).fingerprints == std::vector<std::uint64_t>{0xCCCC'DDDD, 0x3333'4444});
}

TEST_CASE("fingerprints of a descent are whole, whatever a division says of itself") {
  auto division = division_of(2);
  division.level = 5;
  auto bytes = encode_frame({{1}, reconcile::Message{descend({division})}}, golden::cluster);
  REQUIRE(decode_frame(bytes, golden::cluster));
  const std::string level_and_kind{"\5\0\0\0\0\0\0\0", 8};
  const auto at = bytes.find(level_and_kind);
  REQUIRE(at % 8 == 0);
  bytes[at + 2] = 1;
  const auto decoded = decode_frame(bytes, golden::cluster);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == Errc::malformed);
}

TEST_CASE("a listing has as many items as its limit, and no more") {
  const ItemList full{core::all_users(),
                      std::vector<reconcile::Item>(limits::entries_per_message_max)};
  const ItemList one{core::all_users(), std::vector<reconcile::Item>(1)};
  CHECK_FALSE(refusal_of(listed({full})));
  CHECK(refusal_of(listed({full, one})) == Errc::over_limit);
}

TEST_CASE("as many keys may be wanted as the limit, and no more") {
  const Wanted full{core::all_users(), std::vector<std::uint32_t>(limits::entries_per_message_max)};
  const Wanted one{core::all_users(), {1}};
  const auto pull = [](std::vector<Wanted> wanted) {
    return reconcile::Pull{.session = {}, .basis = {}, .wanted = std::move(wanted)};
  };
  CHECK_FALSE(refusal_of(pull({full})));
  CHECK(refusal_of(pull({full, one})) == Errc::over_limit);
}

TEST_CASE("pulled records come with one length each") {
  reconcile::PullReply reply{.session = {}, .records = golden::records(), .value_bytes = {1, 2, 3}};
  CHECK_FALSE(refusal_of(reply));
  reply.value_bytes.pop_back();
  CHECK(refusal_of(reply) == Errc::malformed);
}

TEST_CASE("a batch has as many records as its limit, and no more") {
  const auto push_of = [](std::size_t records) {
    return reconcile::Push{{}, 1, {records, golden::records().back()}};
  };
  CHECK_FALSE(refusal_of(push_of(limits::batch_records_max)));
  CHECK(refusal_of(push_of(limits::batch_records_max + 1)) == Errc::over_limit);
}

}
