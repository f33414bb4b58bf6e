#include "reconcile/comparison.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

core::RecordHead head(std::uint64_t hlc) { return {.stamp = {{hlc}, {1}}}; }

PullReply theirs(std::vector<std::pair<core::Bytes, std::uint64_t>> records) {
  PullReply reply;
  for (auto& [key, hlc] : records) {
    reply.records.push_back({std::move(key), {.head = head(hlc), .value = {}}});
    reply.value_bytes.push_back(hlc * 10);
  }
  return reply;
}

TEST_CASE("keys of one side, of the other, and of both in two versions are found") {
  const std::vector<OurRecord> ours{
      {"ub", head(1), 7, 0}, {"uc", head(1), 7, 0}, {"ud", head(1), 7, 0}};
  const auto found =
      compare_records(3, core::all_users(), ours, theirs({{"ua", 1}, {"uc", 1}, {"ud", 2}}));
  REQUIRE(found.size() == 3);
  CHECK(found[0].key == "ua");
  CHECK_FALSE(found[0].ours.has_value());
  CHECK(found[0].their_bytes == 10);
  CHECK(found[1].key == "ub");
  CHECK_FALSE(found[1].theirs.has_value());
  CHECK(found[1].our_bytes == 7);
  CHECK(found[2].key == "ud");
  CHECK(found[2].theirs == head(2));
  CHECK(found[2].compare == 3);
}

TEST_CASE("what lies outside the wanted range is passed over") {
  CHECK(compare_records(1, {"ub", "uc"}, {{"ua", head(1), 0, 0}}, theirs({{"uc", 1}})).empty());
}

}
}
