#include "reconcile/listings.h"

#include <doctest/doctest.h>

#include "unit/reconcile/fixture.h"

namespace starling::reconcile {
namespace {

using testing::only;

ports::Listing covering(core::Range range) {
  ports::Listing listing;
  listing.covered = std::move(range);
  return listing;
}

TEST_CASE("a few ranges are read ahead, and their answers come out in order") {
  Tickets tickets;
  Listings listings{tickets};
  for (char c = 'a'; c < 'a' + 20; ++c) {
    listings.add({core::Bytes{'u', c}, core::Bytes{'u', static_cast<char>(c + 1)}});
  }
  Effects effects;
  listings.ask(effects);
  listings.ask(effects);
  auto asked = only<List>(effects);
  REQUIRE(asked.size() == 8);

  auto second = covering(asked[1].range);
  CHECK(listings.on_listed(asked[1].ticket, second));
  CHECK_FALSE(listings.take().has_value());
  auto first = covering(asked[0].range);
  CHECK(listings.on_listed(asked[0].ticket, first));
  CHECK(listings.take()->listing.covered == asked[0].range);
  CHECK(listings.take()->is_whole);
  CHECK(listings.size() == 18);
  auto stranger = covering(asked[2].range);
  CHECK_FALSE(listings.on_listed(4711, stranger));
}

TEST_CASE("a range whose listing ends early stays until its rest is read") {
  Tickets tickets;
  Listings listings{tickets};
  listings.add({"ua", "uz"});
  Effects effects;
  listings.ask(effects);
  auto part = covering({"ua", "um"});
  listings.on_listed(only<List>(effects)[0].ticket, part);
  CHECK_FALSE(listings.take()->is_whole);
  CHECK(listings.front() == core::Range{"um", "uz"});
  effects.clear();
  listings.ask(effects);
  REQUIRE(only<List>(effects).size() == 1);
  CHECK(only<List>(effects)[0].range == core::Range{"um", "uz"});
  listings.drop_front();
  CHECK(listings.is_empty());
}

}
}
