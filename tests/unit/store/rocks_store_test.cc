// What only the real store promises: its directory, its lock, its format, its files.

#include "store/rocks_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "contract/store_homes.h"

namespace starling::store {
namespace {

namespace fs = std::filesystem;

using core::encode_key;
using core::Errc;
using ports::Presence;
using testing::make_change;
using testing::make_noise;
using testing::make_tombstone;
using testing::make_value;
using testing::RawStore;
using testing::RocksHome;

// Every file with its bytes.
std::map<std::string, std::string> files_of(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator{path}) {
    std::stringstream bytes;
    bytes << std::ifstream{entry.path(), std::ios::binary}.rdbuf();
    files[entry.path().filename()] = bytes.str();
  }
  return files;
}

core::Error error_of_opening(const std::string& path) {
  const auto opened = RocksStore::open({path});
  REQUIRE_FALSE(opened.has_value());
  return opened.error();
}

void write(ports::Store& store, const ports::RecordChange& change) {
  const auto outcome = store.write({{change}, {}, 0});
  REQUIRE(outcome.has_value());
  REQUIRE(*outcome == ports::WriteOutcome::written);
}

TEST_CASE("a new store has all families that are planned, and knows its format") {
  RocksHome home;
  home.close();
  RawStore raw{home.path()};
  for (const auto* name : {"records", "values", "meta", "leaves", "rescue"}) raw.family(name);
  std::string format;
  REQUIRE(raw.db().Get({}, raw.family("meta"), "format", &format).ok());
  CHECK(format == "1");
}

TEST_CASE("a store of an unknown format is refused by name and stays as it is") {
  RocksHome home;
  write(home.store(), make_change("k", make_value(1, "v")));
  home.close();
  for (const auto& [format, said] : std::map<std::string, std::string>{
           {"2", "has format 2"}, {"", "has format ;"}, {"\x01\xFF", "has format (unreadable)"}}) {
    {
      RawStore raw{home.path()};
      REQUIRE(raw.db().Put({}, raw.family("meta"), "format", format).ok());
    }
    const auto before = files_of(home.path());
    const auto error = error_of_opening(home.path());
    CHECK(error.code == Errc::format_unknown);
    CHECK(error.detail.contains(said));
    CHECK(error.detail.contains("knows format 1"));
    CHECK(error.detail.contains(home.path()));
    CHECK(files_of(home.path()) == before);
  }
}

TEST_CASE("a database of somebody else is refused and stays as it is") {
  const testing::TemporaryDirectory directory;
  const auto path = directory.file("theirs");
  rocksdb::DB* db = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  REQUIRE(rocksdb::DB::Open(options, path, &db).ok());
  REQUIRE(db->Put({}, "their", "data").ok());
  delete db;
  const auto before = files_of(path);
  CHECK(error_of_opening(path).code == Errc::format_unknown);
  CHECK(files_of(path) == before);
}

TEST_CASE("a store whose making was interrupted is made") {
  const testing::TemporaryDirectory directory;
  rocksdb::DB* db = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  REQUIRE(rocksdb::DB::Open(options, directory.file("store"), &db).ok());
  delete db;
  CHECK(RocksStore::open({directory.file("store")}).has_value());
  CHECK(RocksStore::open({directory.file("store")}).has_value());
}

TEST_CASE("a store that is open cannot be opened again, and says where it lies") {
  RocksHome home;
  const auto error = error_of_opening(home.path());
  CHECK(error.code == Errc::locked);
  CHECK(error.detail == "the store at " + home.path() + " is held by another process");
  home.close();
  home.open();
}

TEST_CASE("a store that cannot be made says why") {
  const testing::TemporaryDirectory directory;
  const auto error = error_of_opening(directory.file("no/such/parent"));
  CHECK(error.code == Errc::io);
  CHECK(error.detail.contains("No such file or directory"));
}

TEST_CASE("what write has taken is with the operating system, unsynced: SIGKILL loses nothing") {
  RocksHome home;
  for (int i = 0; i < 100; ++i) {
    write(home.store(), make_change(std::to_string(i), make_value(1, make_noise(i * 100, 1))));
  }
  // A copy of the files is all that a killed process leaves.
  const testing::TemporaryDirectory directory;
  fs::copy(home.path(), directory.file("left"));
  const auto survivor = RocksStore::open({directory.file("left")});
  REQUIRE(survivor.has_value());
  for (int i = 0; i < 100; ++i) {
    const auto fetched = (*survivor)->fetch(encode_key(std::to_string(i)));
    REQUIRE(fetched.has_value());
    CHECK(fetched->record == make_value(1, make_noise(i * 100, 1)));
  }
}

TEST_CASE("no value stays behind when its record is small or gone") {
  RocksHome home;
  const auto large = make_value(1, make_noise(9000, 1));
  const auto small = make_value(2, "small");
  write(home.store(), make_change("shrinks", large));
  write(home.store(), make_change("shrinks later", large));
  write(home.store(), make_change("goes", large));
  write(home.store(), make_change("stays", large));
  write(home.store(), make_change("shrinks", small, large));
  home.restart();
  write(home.store(), make_change("shrinks later", small, large));
  write(home.store(), make_change("goes", make_tombstone(2), large));
  const ports::Batch twice{
      {make_change("twice", large), make_change("twice", small, large)}, {}, 0};
  REQUIRE(home.store().write(twice).has_value());
  home.close();
  CHECK(RawStore{home.path()}.keys("values") == std::vector{encode_key("stays")});
}

TEST_CASE("an overwrite between header and value never looks like rot") {
  RocksHome home;
  const std::vector sides{make_value(1, make_noise(5000, 1)), make_value(2, make_noise(6000, 2))};
  write(home.store(), make_change("k", sides[0]));
  std::atomic<bool> is_done{false};
  std::jthread writer{[&] {
    for (std::size_t i = 1; i < 4000; ++i) {
      if (!home.store().write_patiently(
              {{make_change("k", sides[i % 2], sides[(i + 1) % 2])}, {}, 0}))
        break;
    }
    is_done = true;
  }};
  while (!is_done) {
    const auto fetched = home.store().fetch(encode_key("k"));
    REQUIRE(fetched.has_value());
    REQUIRE(fetched->presence == Presence::found);
    const auto presence = home.store().read(encode_key("k")).presence;
    REQUIRE((presence == Presence::found || presence == Presence::not_in_memory));
  }
}

TEST_CASE("a bit that flipped in a file of large values is rot of that record alone") {
  RocksHome home;
  const auto large = make_value(1, make_noise(9000, 1));
  write(home.store(), make_change("large", large));
  write(home.store(), make_change("other", make_value(1, make_noise(9000, 2))));
  home.restart();  // Replaying the WAL has put the values into a blob file.
  home.close();
  std::size_t flipped = 0;
  for (const auto& entry : fs::directory_iterator{home.path()}) {
    if (entry.path().extension() != ".blob") continue;
    std::fstream file{entry.path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(5000);
    file.put('!');
    flipped += 1;
  }
  REQUIRE(flipped == 1);
  home.open();
  const auto fetched = home.store().fetch(encode_key("large"));
  REQUIRE(fetched.has_value());
  CHECK(fetched->presence == Presence::corrupt);
  CHECK(fetched->record.head == large.head);
  CHECK(home.store().fetch(encode_key("other"))->presence == Presence::found);
  const auto listing =
      home.store().snapshot()->list(core::all_users(), {ports::Want::values, 100, 1'000'000});
  REQUIRE(listing.has_value());
  CHECK(listing->corrupt == std::vector{encode_key("large")});
  CHECK(listing->records.size() == 1);
}

TEST_CASE("a header whose value is gone is rot, not absence") {
  RocksHome home;
  const auto large = make_value(1, make_noise(9000, 1));
  write(home.store(), make_change("large", large));
  home.close();
  {
    RawStore raw{home.path()};
    REQUIRE(raw.db().Delete({}, raw.family("values"), encode_key("large")).ok());
  }
  home.open();
  const auto fetched = home.store().fetch(encode_key("large"));
  REQUIRE(fetched.has_value());
  CHECK(fetched->presence == Presence::corrupt);
  CHECK(fetched->record.head == large.head);
}

TEST_CASE("restarts do not fill the directory") {
  RocksHome home;
  for (int i = 0; i < 20; ++i) home.restart();
  CHECK(files_of(home.path()).size() < 20);
}

}
}
