#pragma once
// A host for one node under test: a map for a disk, effects performed at once, and what goes out
// to peers and applications kept for the test to read.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/key.h"
#include "node/node.h"

namespace starling::node::testing {

class FakeStore final : public ports::StoreView {
 public:
  ports::ReadResult read(core::BytesView key) const override {
    if (evicted.contains(core::Bytes{key})) return {ports::Presence::not_in_memory, {}};
    return fetch(key);
  }
  ports::ReadResult fetch(core::BytesView key) const {
    const auto found = records.find(core::Bytes{key});
    if (found == records.end()) return {};
    if (corrupt.contains(found->first)) {
      return {ports::Presence::corrupt, {found->second.head, {}, false}};
    }
    return {ports::Presence::found, found->second};
  }
  void write(const ports::Batch& batch) {
    for (const auto& change : batch.records) {
      records.insert_or_assign(change.key, change.after);
      corrupt.erase(change.key);
      evicted.erase(change.key);
    }
    for (const auto& [name, value] : batch.meta) meta.insert_or_assign(name, value);
  }

  std::map<core::Bytes, core::Record> records;
  std::map<ports::Meta, core::Bytes> meta;
  std::set<core::Bytes> evicted;
  std::set<core::Bytes> corrupt;
};

inline const core::Now noon{core::Instant{std::chrono::hours{12}}, {1'800'000'000'000}};

inline core::Now after(core::Now now, core::Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return {now.instant + duration, {now.wall.ms + ms}};
}

class FakeHost {
 public:
  explicit FakeHost(std::uint64_t id, std::vector<std::string> seeds = {}, Persisted persisted = {})
      : node{options_of(id, std::move(seeds)), persisted, store, core::Prng{id}} {}

  static NodeOptions options_of(std::uint64_t id, std::vector<std::string> seeds) {
    NodeOptions options;
    options.id = {id};
    options.name = "n" + std::to_string(id);
    options.address = "host-" + std::to_string(id) + ":1";
    options.seeds = std::move(seeds);
    options.cluster_secret = "a secret of the test";
    return options;
  }

  void start() {
    node.start(now);
    settle();
  }
  void deliver(Event event) {
    node.handle(std::move(event), now);
    settle();
  }
  void pass(core::Duration duration) {
    now = after(now, duration);
    deliver(TimePassed{});
  }

  // Ends turns and performs their effects until nothing more comes.
  void settle() {
    for (;;) {
      auto effects = node.end_turn(now);
      if (effects.empty()) return;
      for (auto& effect : effects) std::visit([this](auto& one) { perform(one); }, effect);
    }
  }

  // Runs a body on the keys and returns what came back at once, if anything did.
  template <typename Body>
  std::optional<LocalReply> call(std::vector<core::Bytes> keys, bool is_write, Body body,
                                 Ack ack = Ack::fast) {
    LocalCall call;
    call.client = {1};
    call.ticket = ++tickets;
    call.keys = std::move(keys);
    call.is_write = is_write;
    call.ack = ack;
    call.body = std::move(body);
    deliver(std::move(call));
    return reply_to(tickets);
  }
  std::optional<LocalReply> set(const std::string& name, const std::string& value,
                                Ack ack = Ack::fast) {
    const auto key = core::encode_key(name);
    return call(
        {key}, true,
        [key, value](Transaction& transaction) {
          transaction.put(key, value, 0);
          return core::Bytes{"OK"};
        },
        ack);
  }
  std::optional<LocalReply> del(const std::string& name) {
    const auto key = core::encode_key(name);
    return call({key}, true, [key](Transaction& transaction) {
      return core::Bytes{transaction.erase(key) ? "1" : "0"};
    });
  }
  std::optional<LocalReply> get(const std::string& name) {
    const auto key = core::encode_key(name);
    return call({key}, false, [key](Transaction& transaction) {
      const auto* record = transaction.get(key);
      return record ? record->value : core::Bytes{"(none)"};
    });
  }
  std::optional<LocalReply> reply_to(std::uint64_t ticket) {
    for (auto& reply : replies) {
      if (reply.ticket == ticket) return reply.reply;
    }
    return std::nullopt;
  }

  FakeStore store;
  core::Now now = noon;
  Node node;
  bool answers_fetches = true;
  bool takes_batches = true;
  bool answers_syncs = true;
  std::vector<SendFrame> frames;
  std::vector<SendDatagram> datagrams;
  std::vector<Reply> replies;
  std::vector<core::Notice> notices;
  std::vector<std::string> dialled;
  std::vector<DropLink> dropped;
  std::deque<WriteBatch> stalled;
  std::deque<SyncStore> unsynced;
  std::deque<FetchRecords> unfetched;
  std::uint64_t tickets = 0;

  void fetch_now(const FetchRecords& fetch) {
    Fetched fetched{fetch.ticket, {}};
    for (const auto& key : fetch.keys) fetched.results.emplace_back(key, store.fetch(key));
    node.handle(std::move(fetched), now);
  }
  void write_now(const WriteBatch& batch) {
    store.write(batch.changes);
    node.handle(Written{batch.batch}, now);
  }

 private:
  void perform(SendFrame& effect) { frames.push_back(std::move(effect)); }
  void perform(SendDatagram& effect) { datagrams.push_back(std::move(effect)); }
  void perform(Reply& effect) { replies.push_back(std::move(effect)); }
  void perform(core::Notice& effect) { notices.push_back(std::move(effect)); }
  void perform(Dial& effect) { dialled.push_back(effect.address); }
  void perform(Undial& effect) { std::erase(dialled, effect.address); }
  void perform(DropLink& effect) { dropped.push_back(std::move(effect)); }
  void perform(WriteBatch& effect) {
    if (takes_batches) {
      write_now(effect);
    } else {
      stalled.push_back(std::move(effect));
    }
  }
  void perform(SyncStore& effect) {
    if (answers_syncs) {
      node.handle(Synced{effect.sync}, now);
    } else {
      unsynced.push_back(effect);
    }
  }
  void perform(FetchRecords& effect) {
    if (answers_fetches) {
      fetch_now(effect);
    } else {
      unfetched.push_back(std::move(effect));
    }
  }
  void perform(ListRange& effect) {
    ports::Listing listing;
    listing.covered = effect.range;
    for (auto at = store.records.lower_bound(effect.range.begin);
         at != store.records.end() && at->first < effect.range.end; ++at) {
      if (listing.records.size() >= effect.options.records_max) {
        listing.covered.end = listing.records.back().key + '\0';
        break;
      }
      listing.records.push_back({at->first, at->second, at->second.value.size()});
      if (effect.options.want == ports::Want::heads) listing.records.back().record.value.clear();
    }
    node.handle(RangeListed{effect.ticket, std::move(listing)}, now);
  }
};

inline core::Bytes answer(const std::optional<LocalReply>& reply) {
  if (!reply) return "(no reply)";
  if (const auto* answer = std::get_if<Answer>(&*reply)) return answer->bytes;
  if (const auto* refused = std::get_if<Refused>(&*reply)) {
    return "refused " + std::to_string(static_cast<int>(refused->why));
  }
  return "(another reply)";
}

}
