#pragma once
// Two replicas in memory that reconcile over a line that keeps order: ordered map, index and
// Reconcile on each side. The store answers after a random while, time is virtual, one seed.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "core/prng.h"
#include "merkle/index.h"
#include "reconcile/reconcile.h"
#include "reconcile/size.h"

namespace starling::testing {

using Records = std::map<core::Bytes, core::Record>;

inline core::Record value_record(std::uint64_t hlc, std::uint64_t origin, core::Bytes value) {
  core::Record record;
  record.head = {.stamp = {{hlc}, {origin}}, .value_hash = merkle::value_hash(value)};
  record.value = std::move(value);
  return record;
}

inline core::Record tombstone(std::uint64_t hlc, std::uint64_t origin) {
  core::Record record;
  record.head = {.stamp = {{hlc}, {origin}}, .tombstone = true};
  return record;
}

inline const merkle::DigestKey& pair_key() {
  static const merkle::DigestKey key{"a secret of the pair"};
  return key;
}

// Far enough above every stamp of a test that the first cut holds all of them.
inline constexpr std::uint64_t loaded_until_ms = 1'000'000;
inline constexpr core::Instant noon{std::chrono::hours{12}};

class Side {
 public:
  Side(core::NodeId self, const Records& records, std::uint64_t seed,
       std::uint64_t bytes_per_second)
      : id{self},
        store{records},
        index{pair_key(), core::limits::settling_bytes_max},
        reconcile{{self, bytes_per_second}, index, core::Prng{seed}} {
    for (const auto& [key, record] : store) index.load({key, record.head});
    index.finish_loading();
  }

  // As the node does: the larger stays, and the index is told.
  std::uint64_t merge(const std::vector<ports::KeyedRecord>& records) {
    std::uint64_t taken = 0;
    for (const auto& [key, record] : records) taken += put(key, record) ? 1 : 0;
    return taken;
  }

  bool put(const core::Bytes& key, const core::Record& record) {
    const auto stored = store.find(key);
    if (stored == store.end()) {
      index.on_change(key, std::nullopt, record.head);
      store.emplace(key, record);
      return true;
    }
    if (core::wins_over(record, stored->second)) {
      index.on_change(key, stored->second.head, record.head);
      stored->second = record;
      return true;
    }
    if (record.head != stored->second.head) {
      index.on_loser(key, stored->second.head, record.head);
    }
    return false;
  }

  ports::Listing list(const core::Range& range, ports::ListOptions options) const {
    ports::Listing listing;
    listing.covered = range;
    std::size_t bytes = 0;
    for (auto at = store.lower_bound(range.begin); at != store.end() && at->first < range.end;
         ++at) {
      bytes += at->first.size() + 34;
      const bool is_full =
          !listing.records.empty() &&
          (listing.records.size() >= options.records_max || bytes > options.bytes_max);
      if (is_full) {
        listing.covered.end = at->first;
        break;
      }
      core::Record head_only;
      head_only.head = at->second.head;
      listing.records.push_back({at->first, std::move(head_only), at->second.value.size()});
    }
    return listing;
  }

  std::vector<std::optional<core::Record>> fetch(const std::vector<core::Bytes>& keys) const {
    std::vector<std::optional<core::Record>> records;
    for (const auto& key : keys) {
      const auto stored = store.find(key);
      records.push_back(stored == store.end() ? std::nullopt : std::optional{stored->second});
    }
    return records;
  }

  void split_leaves() {
    for (const auto& request : index.take_split_requests()) {
      std::vector<merkle::KeyHead> heads;
      for (auto at = store.lower_bound(request.range.begin);
           at != store.end() && at->first < request.range.end; ++at) {
        heads.push_back({at->first, at->second.head});
      }
      index.on_split_listed(request.id, heads);
    }
  }

  const core::NodeId id;
  Records store;
  merkle::Index index;
  reconcile::Reconcile reconcile;
  std::vector<reconcile::Found> found;
  std::vector<reconcile::Ended> ended;
};

struct PairOptions {
  std::uint64_t seed = 1;
  std::uint64_t store_delay_us_max = 0;  // 0: the store answers at once.
  core::Duration one_way{std::chrono::milliseconds{20}};
  std::uint64_t bytes_per_second = 0;
};

class Pair {
 public:
  Pair(const Records& of_a, const Records& of_b, PairOptions options = {})
      : options_{options},
        prng_{options.seed},
        a{{1}, of_a, prng_.next(), options.bytes_per_second},
        b{{2}, of_b, prng_.next(), options.bytes_per_second} {
    advance(core::Duration{});
    for (auto* side : {&a, &b}) {
      reconcile::Effects effects;
      side->reconcile.set_standing({.is_ready = true}, now_, effects);
      perform(*side, std::move(effects));
    }
  }

  core::Instant now() const { return now_; }
  std::uint64_t now_ms() const {
    return loaded_until_ms +
           static_cast<std::uint64_t>((now_ - noon) / std::chrono::milliseconds{1});
  }
  Side& peer_of(const Side& side) { return &side == &a ? b : a; }

  // What a beat would tell: the root of `other`, heard by `side`.
  void beat(Side& side) {
    auto& other = peer_of(side);
    const auto cut = std::min(side.index.newest_cut(), other.index.newest_cut());
    if (side.index.root(cut) != other.index.root(cut)) {
      side.reconcile.on_root_heard(other.id, cut, other.index.root(cut), now_);
    }
  }
  std::uint64_t compare(Side& side, const core::Range& range = core::all_users()) {
    reconcile::Effects effects;
    const auto id =
        side.reconcile.compare(peer_of(side).id, range, side.index.newest_cut(), now_, effects);
    perform(side, std::move(effects));
    return id;
  }
  void cut_line() {
    for (auto* side : {&a, &b}) {
      reconcile::Effects effects;
      side->reconcile.on_link_down(peer_of(*side).id, now_, effects);
      perform(*side, std::move(effects));
    }
  }

  // Until nothing is on its way and no session is open; false when `limit` passes first.
  bool run(core::Duration limit = std::chrono::minutes{20}) {
    const auto end = now_ + limit;
    while (const auto next = next_moment()) {
      if (*next > end) return false;
      step(*next);
    }
    return true;
  }
  void run_for(core::Duration span) {
    const auto end = now_ + span;
    for (auto next = next_moment(); next && *next <= end; next = next_moment()) step(*next);
    advance(end - now_);
  }

  // Every message passes here on its way; it may change it, and false loses it.
  std::move_only_function<bool(Side& from, reconcile::Message&)> on_the_way =
      [](Side&, reconcile::Message&) { return true; };

 private:
  std::optional<core::Instant> next_moment() const {
    std::optional<core::Instant> next;
    if (!due_.empty()) next = due_.begin()->first.first;
    for (const auto* side : {&a, &b}) {
      const auto deadline = side->reconcile.next_deadline();
      if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    return next;
  }

  void step(core::Instant next) {
    advance(std::max(core::Duration{}, next - now_));
    if (!due_.empty() && due_.begin()->first.first <= now_) {
      auto action = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      action();
    }
    for (auto* side : {&a, &b}) wake(*side);
  }

  void advance(core::Duration by) {
    now_ += by;
    for (auto* side : {&a, &b}) {
      side->index.advance(core::Hlc::from_ms(now_ms()));
      side->split_leaves();
    }
  }

  void wake(Side& side) {
    const auto deadline = side.reconcile.next_deadline();
    if (!deadline || *deadline > now_) return;
    reconcile::Effects effects;
    side.reconcile.on_time(now_, effects);
    perform(side, std::move(effects));
  }

  void later(core::Duration delay, std::function<void()> action) {
    due_.emplace(std::pair{now_ + delay, ++sequence_}, std::move(action));
  }
  core::Duration store_delay() {
    if (options_.store_delay_us_max == 0) return {};
    return std::chrono::microseconds{prng_.below(options_.store_delay_us_max)};
  }

  void perform(Side& side, reconcile::Effects effects) {
    for (auto& effect : effects) {
      std::visit([&](auto&& one) { act(side, std::move(one)); }, std::move(effect));
    }
  }

  void act(Side& side, reconcile::Send&& send) {
    auto& to = peer_of(side);
    if (!on_the_way(side, send.message)) return;
    later(options_.one_way, [this, &side, &to, message = std::move(send.message)]() mutable {
      reconcile::Effects effects;
      const auto good = to.reconcile.on_message(side.id, std::move(message), now_, effects);
      perform(to, std::move(effects));
      if (!good) {
        errors.push_back(good.error().detail);
        cut_line();
      }
    });
  }
  void act(Side& side, reconcile::List&& list) {
    later(store_delay(), [this, &side, list = std::move(list)] {
      reconcile::Effects effects;
      side.reconcile.on_listed(list.ticket, side.list(list.range, list.options), now_, effects);
      perform(side, std::move(effects));
    });
  }
  void act(Side& side, reconcile::Fetch&& fetch) {
    later(store_delay(), [this, &side, fetch = std::move(fetch)] {
      reconcile::Effects effects;
      side.reconcile.on_fetched(fetch.ticket, side.fetch(fetch.keys), now_, effects);
      perform(side, std::move(effects));
    });
  }
  void act(Side& side, reconcile::Merge&& merge) {
    later(store_delay(), [this, &side, merge = std::move(merge)] {
      reconcile::Effects effects;
      side.reconcile.on_merged(merge.ticket, side.merge(merge.records), now_, effects);
      perform(side, std::move(effects));
    });
  }
  void act(Side& side, reconcile::Found&& found) { side.found.push_back(std::move(found)); }
  void act(Side& side, reconcile::Ended&& ended) { side.ended.push_back(std::move(ended)); }
  void act(Side&, core::Notice&&) {}

  PairOptions options_;
  core::Prng prng_;
  core::Instant now_ = noon;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<core::Instant, std::uint64_t>, std::function<void()>> due_;

 public:
  Side a;
  Side b;
  std::vector<std::string> errors;
};

}
