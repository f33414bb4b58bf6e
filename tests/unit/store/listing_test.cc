#include "store/listing.h"

#include <doctest/doctest.h>

#include "support/records.h"

namespace starling::store {
namespace {

using ports::Want;

const auto small = core::encode_record(testing::make_value(1, "small"));
constexpr std::size_t key_cost = 2 + core::record_header_bytes_max;

StoredRecord stored() { return *decode_stored(small); }

TEST_CASE("the first record always has room") {
  const ListingBuilder listing{core::all_users(), {Want::values, 0, 0}};
  CHECK(listing.has_room("ua", 16'000'000));
}

TEST_CASE("a listing of heads counts keys and headers, one of values the values too") {
  ListingBuilder heads{core::all_users(), {Want::heads, 9, 2 * key_cost}};
  heads.add_head("ua", stored());
  CHECK(heads.has_room("ub", 1000));
  CHECK_FALSE(heads.has_room("ubb", 0));

  ListingBuilder values{core::all_users(), {Want::values, 9, 2 * key_cost + 5 + 1}};
  values.add("ua", stored(), read_result(stored(), "small"));
  CHECK(values.has_room("ub", 1));
  CHECK_FALSE(values.has_room("ub", 2));
}

TEST_CASE("corrupt records count like others") {
  ListingBuilder listing{core::all_users(), {Want::heads, 2, 1000}};
  listing.add_corrupt("ua");
  listing.add_corrupt("ub");
  CHECK_FALSE(listing.has_room("uc", 0));
  CHECK(listing.take(false).covered == core::Range{"u", core::Bytes("ub\0", 3)});
}

TEST_CASE("a read that found rot lists the key as corrupt") {
  ListingBuilder listing{core::all_users(), {Want::values, 9, 1000}};
  listing.add("ua", stored(), read_result(stored(), "smell"));
  listing.add("ub", stored(), read_result(stored(), "small"));
  const auto done = listing.take(true);
  CHECK(done.corrupt == std::vector<core::Bytes>{"ua"});
  REQUIRE(done.records.size() == 1);
  CHECK(done.records[0].key == "ub");
  CHECK(done.records[0].record.value == "small");
  CHECK(done.covered == core::all_users());
}

TEST_CASE("only the users' space is searched") {
  CHECK(ListingBuilder{{"", "\xFF"}, {Want::heads, 1, 1}}.searched() == core::all_users());
  CHECK(ListingBuilder{{"ub", "uc"}, {Want::heads, 1, 1}}.searched() == core::Range{"ub", "uc"});
  CHECK(ListingBuilder{{"s", "t"}, {Want::heads, 1, 1}}.searched().is_empty());
}

}
}
