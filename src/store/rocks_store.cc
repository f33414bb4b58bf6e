#include "store/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/key.h"
#include "store/key_layout.h"
#include "store/listing.h"
#include "store/stored_record.h"

namespace starling::store {
namespace {

constexpr std::string_view format_key = "format";
constexpr std::string_view format_version = "1";

enum Family : std::size_t { records, values, meta, leaves, rescue, unused };
// `unused` is RocksDB's own, which every database has.
constexpr std::array family_names{"records", "values", "meta", "leaves", "rescue", "default"};

rocksdb::Slice slice(core::BytesView bytes) { return {bytes.data(), bytes.size()}; }
core::BytesView view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

// The one place where RocksDB's failures become ours. What is not an error to its caller (absent,
// not in memory, refused) is sorted out before.
std::unexpected<core::Error> failure(const rocksdb::Status& status, const std::string& path) {
  const auto text = status.ToString();
  const bool is_lock = text.contains("While lock file") || text.contains("lock hold by current");
  if (is_lock) {
    return core::fail(core::Errc::locked, "the store at " + path + " is held by another process");
  }
  const auto code = status.IsCorruption() ? core::Errc::corrupt : core::Errc::io;
  return core::fail(code, "the store at " + path + " failed: " + text);
}

// ---- settings: the plain subset, each choice argued in README.md -------------------------------

struct Memory {
  std::shared_ptr<rocksdb::Cache> cache;  // Shared by all families, which RocksDB requires.
  std::shared_ptr<rocksdb::WriteBufferManager> memtables;
  std::size_t memtable_bytes;
};

Memory divide(std::size_t bytes) {
  rocksdb::LRUCacheOptions cache;
  cache.capacity = bytes / 4 * 3;  // What is not charged to it (README.md) takes the last quarter.
  cache.num_shard_bits = 0;        // A shard is what the largest value must fit into.
  Memory memory;
  memory.cache = cache.MakeSharedCache();
  // Memtables are charged to the cache: together they stay within its capacity.
  memory.memtables = std::make_shared<rocksdb::WriteBufferManager>(bytes / 4, memory.cache);
  memory.memtable_bytes = bytes / 16;
  return memory;
}

rocksdb::DBOptions database_options(const Memory& memory) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_bgerror_resume_count = 0;  // A failed disk is final: never try again behind our back.
  options.write_buffer_manager = memory.memtables;
  options.max_total_wal_size = 8 * memory.memtable_bytes;  // Bounds what a start has to replay.
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.bytes_per_sync = 1024 * 1024;  // No flush leaves a mountain for the next WAL sync.
  options.avoid_unnecessary_blocking_io = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = 1024 * 1024;
  options.keep_log_file_num = 3;
  options.max_manifest_file_size = 4 * 1024 * 1024;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const Memory& memory) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = memory.cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // Else they are memory that nobody bounds.
  table.prepopulate_block_cache =
      rocksdb::BlockBasedTableOptions::PrepopulateBlockCache::kFlushOnly;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.force_consistency_checks = true;
  options.write_buffer_size = memory.memtable_bytes;
  options.max_write_buffer_number = 4;
  options.target_file_size_base = 16 * 1024 * 1024;
  options.max_bytes_for_level_base = 64 * 1024 * 1024;
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;
  if (family == values) {
    options.enable_blob_files = true;
    options.min_blob_size = value_apart_bytes_min;
    options.blob_compression_type = rocksdb::kLZ4Compression;
    options.blob_file_size = 64 * 1024 * 1024;
    options.blob_cache = memory.cache;  // Without one every blob is a miss for the loop.
    options.prepopulate_blob_cache = rocksdb::PrepopulateBlobCache::kFlushOnly;
    options.enable_blob_garbage_collection = true;
    options.blob_garbage_collection_force_threshold = 0.5;
  }
  return options;
}

}

// ---- an open database
// ----------------------------------------------------------------------------

struct RocksStore::Inside {
  std::string path;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // By Family.

  explicit Inside(std::string directory) : path{std::move(directory)} {}
  ~Inside() {
    for (auto* family : families) db->DestroyColumnFamilyHandle(family);
    if (db) db->Close();
  }

  core::Result<ports::ReadResult> look(core::BytesView key, rocksdb::ReadOptions options) const;
  core::Result<ports::ReadResult> look_apart(core::BytesView key, const StoredRecord& stored,
                                             const rocksdb::ReadOptions& options) const;
  core::Result<ports::ReadResult> without_bytes(const rocksdb::Status& status,
                                                core::Record bare) const;
  core::Result<void> list(ListingBuilder& listing, rocksdb::Iterator& cursor,
                          const rocksdb::ReadOptions& options) const;
  rocksdb::WriteBatch compose(const ports::Batch& batch) const;
  bool may_lie_apart(core::BytesView key) const;
};

namespace {

using Inside = RocksStore::Inside;

// A store that was made but never written: its maker was interrupted before it left its version.
core::Result<void> check_never_written(const Inside& inside) {
  if (inside.db->GetLatestSequenceNumber() == 0) return {};
  return core::fail(core::Errc::format_unknown,
                    "what lies at " + inside.path + " is a database, but no store of Starling");
}

core::Result<void> check_version(const Inside& inside, const std::string& found) {
  if (found == format_version) return {};
  const bool is_number = found.size() <= 9 && std::ranges::all_of(found, [](char digit) {
                           return '0' <= digit && digit <= '9';
                         });
  return core::fail(core::Errc::format_unknown,
                    "the store at " + inside.path + " has format " +
                        (is_number ? found : std::string{"(unreadable)"}) +
                        "; this version of starlingd knows format " + std::string{format_version});
}

// Looks without changing a byte: whoever opens for writing replays the WAL into new files.
core::Result<void> check_format(const std::string& path) {
  if (rocksdb::Env::Default()->FileExists(path + "/CURRENT").IsNotFound()) return {};
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies({}, path, &names);
  if (!status.ok()) return failure(status, path);
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted{{family_names[unused], {}}};
  if (std::ranges::contains(names, family_names[meta])) wanted.push_back({family_names[meta], {}});

  Inside inside{path};
  rocksdb::DB* db = nullptr;
  status = rocksdb::DB::OpenForReadOnly({}, path, wanted, &inside.families, &db);
  if (!status.ok()) return failure(status, path);
  inside.db.reset(db);
  if (wanted.size() == 1) return check_never_written(inside);
  std::string found;
  status = db->Get({}, inside.families.back(), slice(format_key), &found);
  if (status.IsNotFound()) return check_never_written(inside);
  if (!status.ok()) return failure(status, path);
  return check_version(inside, found);
}

// Holds the store's lock meanwhile, so that nobody writes below the check.
core::Result<void> check_alone(const std::string& path) {
  auto* env = rocksdb::Env::Default();
  auto status = env->CreateDirIfMissing(path);
  if (!status.ok()) return failure(status, path);
  rocksdb::FileLock* lock = nullptr;
  status = env->LockFile(path + "/LOCK", &lock);
  if (!status.ok()) return failure(status, path);
  const auto checked = check_format(path);
  status = env->UnlockFile(lock);
  if (!status.ok()) return failure(status, path);
  return checked;
}

class RocksSnapshot final : public ports::Snapshot {
 public:
  explicit RocksSnapshot(const Inside& inside)
      : inside_{inside}, held_{inside.db.get()}, instant_{held_.snapshot()} {}

  core::Result<ports::Listing> list(const core::Range& range,
                                    ports::ListOptions list_options) const override {
    ListingBuilder listing{range, list_options};
    const auto end = slice(listing.searched().end);
    rocksdb::ReadOptions options;
    options.snapshot = instant_;
    options.iterate_upper_bound = &end;
    options.fill_cache = false;  // A scan would drive out what the loop reads.
    const std::unique_ptr<rocksdb::Iterator> cursor{
        inside_.db->NewIterator(options, inside_.families[records])};
    cursor->Seek(slice(listing.searched().begin));
    if (const auto listed = inside_.list(listing, *cursor, options); !listed) {
      return std::unexpected(listed.error());
    }
    return listing.take(!cursor->Valid());
  }

 private:
  const Inside& inside_;
  rocksdb::ManagedSnapshot held_;
  const rocksdb::Snapshot* instant_;
};

}

// ---- reading
// ---------------------------------------------------------------------------------------

core::Result<ports::ReadResult> Inside::look(core::BytesView key,
                                             rocksdb::ReadOptions options) const {
  rocksdb::PinnableSlice bytes;
  const auto status = db->Get(options, families[records], slice(key), &bytes);
  if (!status.ok()) return without_bytes(status, {});
  const auto stored = decode_stored(view(bytes));
  if (!stored) return ports::ReadResult{ports::Presence::corrupt, {}};
  if (!stored->is_apart) return read_result(*stored, stored->value);
  if (options.snapshot != nullptr) return look_apart(key, *stored, options);
  // Header and value from one instant, or an overwrite between the two would look like rot.
  rocksdb::ManagedSnapshot instant{db.get()};
  options.snapshot = instant.snapshot();
  return look(key, options);
}

core::Result<ports::ReadResult> Inside::look_apart(core::BytesView key, const StoredRecord& stored,
                                                   const rocksdb::ReadOptions& options) const {
  rocksdb::PinnableSlice value;
  const auto status = db->Get(options, families[values], slice(key), &value);
  if (status.IsNotFound()) return ports::ReadResult{ports::Presence::corrupt, stored.bare()};
  if (!status.ok()) return without_bytes(status, stored.bare());
  return read_result(stored, view(value));
}

core::Result<ports::ReadResult> Inside::without_bytes(const rocksdb::Status& status,
                                                      core::Record bare) const {
  if (status.IsNotFound()) return ports::ReadResult{ports::Presence::absent, {}};
  if (status.IsIncomplete()) return ports::ReadResult{ports::Presence::not_in_memory, {}};
  if (status.IsCorruption()) return ports::ReadResult{ports::Presence::corrupt, std::move(bare)};
  return failure(status, path);
}

// Leaves the cursor at the record for which there was no room, or beyond the range.
core::Result<void> Inside::list(ListingBuilder& listing, rocksdb::Iterator& cursor,
                                const rocksdb::ReadOptions& options) const {
  for (; cursor.Valid(); cursor.Next()) {
    const auto key = view(cursor.key());
    const auto stored = decode_stored(view(cursor.value()));
    if (!listing.has_room(key, stored ? stored->value_bytes : 0)) return {};
    if (!stored) {
      listing.add_corrupt(key);
    } else if (!listing.wants_values()) {
      listing.add_head(key, *stored);
    } else if (!stored->is_apart) {
      listing.add(key, *stored, read_result(*stored, stored->value));
    } else {
      auto whole = look_apart(key, *stored, options);
      if (!whole) return std::unexpected(whole.error());
      listing.add(key, *stored, *std::move(whole));
    }
  }
  // A block that fails its checksum ends the listing: what lies in it cannot be named.
  if (!cursor.status().ok()) return failure(cursor.status(), path);
  return {};
}

ports::ReadResult RocksStore::read(core::BytesView key) const {
  rocksdb::ReadOptions options;
  options.read_tier = rocksdb::kBlockCacheTier;
  auto found = inside_->look(key, options);
  // Of any other trouble fetch will tell, which can.
  if (!found) return {ports::Presence::not_in_memory, {}};
  return *std::move(found);
}

core::Result<ports::ReadResult> RocksStore::fetch(core::BytesView key) const {
  return inside_->look(key, {});
}

std::unique_ptr<ports::Snapshot> RocksStore::snapshot() const {
  return std::make_unique<RocksSnapshot>(*inside_);
}

core::Result<std::optional<core::Bytes>> RocksStore::read_meta(ports::Meta key) const {
  core::Bytes value;
  const auto status = inside_->db->Get({}, inside_->families[meta], slice(name_of(key)), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return failure(status, inside_->path);
  return value;
}

// ---- writing
// ---------------------------------------------------------------------------------------

rocksdb::WriteBatch Inside::compose(const ports::Batch& batch) const {
  // Without a size limit or protection bytes no Put or Delete of a WriteBatch can fail.
  rocksdb::WriteBatch out;
  bool some_lie_apart = false;  // In this batch, which may hold a key twice.
  for (const auto& [key, before, after] : batch.records) {
    STARLING_ASSERT(key.starts_with(core::space_users));
    const auto old_entry = before ? purgeable_from(*before) : std::nullopt;
    if (old_entry) out.Delete(families[records], purge_key(*old_entry, key));
    const auto new_entry = purgeable_from(after.head);
    if (new_entry) out.Put(families[records], purge_key(*new_entry, key), {});
    if (lies_apart(after)) {
      out.Put(families[records], slice(key), encode_apart(after));
      out.Put(families[values], slice(key), slice(after.value));
      some_lie_apart = true;
    } else {
      out.Put(families[records], slice(key), core::encode_record(after));
      if (some_lie_apart || may_lie_apart(key)) out.Delete(families[values], slice(key));
    }
  }
  for (const auto& [name, value] : batch.meta) {
    out.Put(families[meta], slice(name_of(name)), slice(value));
  }
  return out;
}

// From memory and filters alone. True too when only the disk could tell: a needless delete costs
// a few bytes, a forgotten value would stay for ever.
bool Inside::may_lie_apart(core::BytesView key) const {
  rocksdb::ReadOptions options;
  options.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice value;
  return !db->Get(options, families[values], slice(key), &value).IsNotFound();
}

core::Result<ports::WriteOutcome> RocksStore::write(const ports::Batch& batch) {
  auto composed = inside_->compose(batch);
  rocksdb::WriteOptions options;
  options.no_slowdown = true;
  const auto status = inside_->db->Write(options, &composed);
  if (status.IsIncomplete()) return ports::WriteOutcome::refused;
  if (!status.ok()) return failure(status, inside_->path);
  return ports::WriteOutcome::written;
}

core::Result<void> RocksStore::write_patiently(const ports::Batch& batch) {
  auto composed = inside_->compose(batch);
  const auto status = inside_->db->Write({}, &composed);
  if (!status.ok()) return failure(status, inside_->path);
  return {};
}

core::Result<void> RocksStore::sync() {
  const auto status = inside_->db->SyncWAL();
  if (!status.ok()) return failure(status, inside_->path);
  return {};
}

// ---- opening and closing
// -----------------------------------------------------------------------------

core::Result<std::unique_ptr<RocksStore>> RocksStore::open(const RocksOptions& options) {
  if (const auto checked = check_alone(options.path); !checked) {
    return std::unexpected(checked.error());
  }
  const auto memory = divide(options.memory_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (const auto family : {records, values, meta, leaves, rescue, unused}) {
    wanted.emplace_back(family_names[family], family_options(family, memory));
  }
  auto inside = std::make_unique<Inside>(options.path);
  rocksdb::DB* db = nullptr;
  auto status =
      rocksdb::DB::Open(database_options(memory), options.path, wanted, &inside->families, &db);
  if (!status.ok()) return failure(status, options.path);
  inside->db.reset(db);
  std::string found;
  status = db->Get({}, inside->families[meta], slice(format_key), &found);
  if (status.IsNotFound()) {
    rocksdb::WriteOptions durably;
    durably.sync = true;
    status = db->Put(durably, inside->families[meta], slice(format_key), slice(format_version));
  }
  if (!status.ok()) return failure(status, options.path);
  return std::make_unique<RocksStore>(std::move(inside));
}

RocksStore::RocksStore(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
RocksStore::~RocksStore() = default;

}
