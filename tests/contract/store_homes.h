#pragma once
// Where the contract suite lives: a store of each kind, and what the suite must be able to do to
// one from outside. Both homes answer to the same names.

#include <doctest/doctest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/memory_store.h"
#include "store/rocks_store.h"
#include "support/records.h"
#include "support/temporary_directory.h"

namespace starling::testing {

class MemoryHome {
 public:
  MemoryHome() : store_{std::make_unique<store::MemoryStore>(disk_)} {}

  ports::Store& store() { return *store_; }
  // Killed and started again.
  void restart() { store_ = std::make_unique<store::MemoryStore>(disk_); }
  // The next reads find nothing in memory.
  void chill() { disk_.set_faults({.misses = 1000}); }
  void warm() { disk_.set_faults({}); }
  // The next writes are refused, until warm().
  void stall() { disk_.set_faults({.refusals = 1000}); }
  // A bit of what is stored flips.
  void rot(core::BytesView user_key) { REQUIRE(disk_.corrupt(core::encode_key(user_key))); }
  // The store's own keys, in order.
  std::vector<core::Bytes> system_keys() {
    std::vector<core::Bytes> keys;
    disk_.contents().walk("s", [&](const auto& key, const auto&) {
      if (key < "t") keys.push_back(key);
      return key < "t";
    });
    return keys;
  }

 private:
  store::Disk disk_{core::Prng{1}};
  std::unique_ptr<store::MemoryStore> store_;
};

// Keeps RocksDB from flushing: all threads that could are waiting here.
class FlushBarrier {
 public:
  FlushBarrier() {
    auto* env = rocksdb::Env::Default();
    waiting_ = env->GetBackgroundThreads(rocksdb::Env::Priority::HIGH);
    for (int i = 0; i < waiting_; ++i) {
      env->Schedule(&FlushBarrier::wait, this, rocksdb::Env::Priority::HIGH);
    }
  }
  ~FlushBarrier() {
    std::unique_lock lock{mutex_};
    is_open_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ == 0; });
  }

 private:
  static void wait(void* barrier) {
    auto& self = *static_cast<FlushBarrier*>(barrier);
    std::unique_lock lock{self.mutex_};
    self.changed_.wait(lock, [&self] { return self.is_open_; });
    self.waiting_ -= 1;
    self.changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int waiting_ = 0;
};

// The directory of a closed store, opened past it.
class RawStore {
 public:
  explicit RawStore(const std::string& path) {
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
    rocksdb::ColumnFamilyOptions options;
    options.enable_blob_files = true;  // Keep what is one a blob.
    for (const auto& name : names) wanted.emplace_back(name, options);
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open({}, path, wanted, &families_, &db).ok());
    db_.reset(db);
  }
  ~RawStore() {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
    db_->Close();
  }

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* family(const std::string& name) {
    for (auto* family : families_) {
      if (family->GetName() == name) return family;
    }
    FAIL("no family ", name);
    return nullptr;
  }
  std::vector<core::Bytes> keys(const std::string& name) {
    std::vector<core::Bytes> found;
    const std::unique_ptr<rocksdb::Iterator> cursor{db_->NewIterator({}, family(name))};
    for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next()) {
      found.push_back(cursor->key().ToString());
    }
    return found;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

class RocksHome {
 public:
  RocksHome() { open(); }

  ports::Store& store() { return *store_; }
  const std::string& path() const { return options_.path; }
  void restart() {
    close();
    open();
  }
  void chill() { restart(); }  // Nothing but filters and indexes is read at a start.
  void warm() { barrier_.reset(); }
  void stall() {
    barrier_ = std::make_unique<FlushBarrier>();
    for (std::uint64_t i = 1;; ++i) {
      ports::Batch batch;
      batch.records.push_back(make_change("~filler", make_value(i, make_noise(64 * 1024, i))));
      const auto outcome = store_->write(batch);
      REQUIRE(outcome.has_value());
      if (*outcome == ports::WriteOutcome::refused) return;
      REQUIRE(i < 10'000);
    }
  }
  void rot(core::BytesView user_key) {
    close();
    {
      RawStore raw{path()};
      const auto key = core::encode_key(user_key);
      std::string bytes;
      auto* family = raw.family("values");
      if (!raw.db().Get({}, family, key, &bytes).ok()) {
        family = raw.family("records");
        REQUIRE(raw.db().Get({}, family, key, &bytes).ok());
      }
      bytes.back() = static_cast<char>(bytes.back() ^ 0x10);
      REQUIRE(raw.db().Put({}, family, key, bytes).ok());
    }
    open();
  }
  std::vector<core::Bytes> system_keys() {
    close();
    auto keys = RawStore{path()}.keys("records");
    std::erase_if(keys, [](const auto& key) { return key[0] != core::space_system; });
    open();
    return keys;
  }

  void close() {
    barrier_.reset();
    store_.reset();
  }
  void open() {
    auto opened = store::RocksStore::open(options_);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().detail));
    store_ = *std::move(opened);
  }

 private:
  TemporaryDirectory directory_;
  store::RocksOptions options_{directory_.file("store"), 8 * 1024 * 1024};
  std::unique_ptr<store::RocksStore> store_;
  std::unique_ptr<FlushBarrier> barrier_;
};

}
