#include <doctest/doctest.h>

#include "core/limits.h"
#include "golden/messages.h"
#include "wire/codec.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Errc;

std::optional<Errc> refusal_of(gossip::Rumours rumours) {
  const auto decoded =
      decode_frame(encode_frame({{1}, std::move(rumours)}, golden::cluster), golden::cluster);
  if (decoded) return {};
  return decoded.error().code;
}

}

TEST_CASE("a beat of a cut after the end of time is malformed") {
  auto datagram = golden::datagrams().front().message;
  const auto refusal_at = [&](std::uint64_t second) -> std::optional<Errc> {
    datagram.beat->cut = {second};
    const auto decoded =
        decode_datagram(*encode_datagram(datagram, golden::cluster), golden::cluster);
    if (decoded) return {};
    return decoded.error().code;
  };
  const auto last = core::Hlc::ms_max / 1000;
  CHECK_FALSE(refusal_at(last));
  CHECK(refusal_at(last + 1) == Errc::malformed);
}

TEST_CASE("rumours count from one") {
  CHECK_FALSE(refusal_of({1, golden::records()}));
  CHECK(refusal_of({0, golden::records()}) == Errc::malformed);
}

TEST_CASE("rumours are as many as a batch may have, and no more") {
  const auto rumours_of = [](std::size_t records) {
    return gossip::Rumours{1, {records, golden::records().back()}};
  };
  CHECK_FALSE(refusal_of(rumours_of(limits::batch_records_max)));
  CHECK(refusal_of(rumours_of(limits::batch_records_max + 1)) == Errc::over_limit);
}

}
