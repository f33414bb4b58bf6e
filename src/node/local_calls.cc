#include "node/local_calls.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "merkle/hash.h"

namespace starling::node {
namespace {

// What one call sees: the records as they are in this moment, its own writes included.
class OpenTransaction final : public Transaction {
 public:
  OpenTransaction(Replica& replica, const LocalCall& call)
      : replica_{replica}, call_{call}, now_ms_{replica.hlc().ms()} {}

  const core::Record* get(core::BytesView key) override {
    const auto& stored = replica_.records.pinned(key);  // A key that the call named.
    if (stored.presence != ports::Presence::found || !stored.record.head.is_live(now_ms_)) {
      return nullptr;
    }
    if (!call_.is_write) return &stored.record;
    // A copy: what the body has seen stays as it was when it writes.
    seen_.push_back(stored.record);
    return &seen_.back();
  }

  void put(core::BytesView key, core::BytesView value, std::uint64_t expiry_ms) override {
    STARLING_ASSERT(call_.is_write);
    core::Record record{{}, core::Bytes{value}};
    record.head.value_hash = merkle::value_hash(value);
    record.head.expiry_ms = expiry_ms;
    replica_.write(core::Bytes{key}, std::move(record));
  }

  bool erase(core::BytesView key) override {
    STARLING_ASSERT(call_.is_write);
    const auto& stored = replica_.records.pinned(key);
    if (stored.presence != ports::Presence::found || !stored.record.head.is_live(now_ms_)) {
      return false;
    }
    core::Record tombstone;
    tombstone.head.tombstone = true;
    replica_.write(core::Bytes{key}, std::move(tombstone));
    return true;
  }

  std::uint64_t now_ms() const override { return now_ms_; }

 private:
  Replica& replica_;
  const LocalCall& call_;
  std::uint64_t now_ms_;
  std::deque<core::Record> seen_;
};

}

void LocalCalls::on_call(LocalCall call) {
  if (const auto why = replica_.refusal(); why && (call.is_write || !replica_.is_loaded)) {
    refuse(call, *why);
    return;
  }
  // Reads of the same connection wait behind its paused write anyway: the API keeps their order.
  if (call.is_write && (replica_.must_pause() || !paused_.empty())) {
    if (paused_.size() >= core::limits::parked_operations_max) {
      refuse(call, Refusal::overloaded);
    } else {
      paused_.push_back(std::move(call));
    }
    return;
  }
  park(std::move(call));
}

void LocalCalls::park(LocalCall call) {
  if (replica_.is_parking_full()) {
    refuse(call, Refusal::overloaded);
    return;
  }
  auto keys = call.keys;
  std::size_t bytes = sizeof call;
  for (const auto& key : keys) bytes += key.size();
  replica_.when_readable(std::move(keys), bytes,
                         [this, call = std::move(call)]() mutable { execute(call); });
}

void LocalCalls::execute(LocalCall& call) {
  for (const auto& key : call.keys) {
    const auto& stored = replica_.records.pinned(key);
    if (stored.presence == ports::Presence::corrupt) {
      replica_.note_corrupt(key, stored.record.head);
      // A write may replace what cannot be read; a read must not answer "absent".
      if (!call.is_write) return refuse(call, Refusal::corrupt);
    }
    if (call.is_write && stored.presence == ports::Presence::found &&
        !replica_.can_be_overwritten(stored.record.head)) {
      return refuse(call, Refusal::record_ahead);
    }
  }
  OpenTransaction transaction{replica_, call};
  Effect reply = Reply{call.client, call.ticket, Answer{call.body(transaction)}};
  // What was read may be of this very turn, so even a read waits until the turn is in the store.
  if (call.is_write && call.ack == Ack::durable) {
    replica_.outbox.after_synced(std::move(reply));
  } else {
    replica_.outbox.after_written(std::move(reply));
  }
}

void LocalCalls::on_scan(LocalScan scan) {
  if (!replica_.is_loaded) {
    ++replica_.counters.refused_calls;
    replica_.outbox.at_once(Reply{scan.client, scan.ticket, Refused{Refusal::loading}});
    return;
  }
  const ports::ListOptions limits{ports::Want::heads, scan.records_max,
                                  core::limits::listing_bytes_max};
  replica_.list(scan.range, limits, [this, scan](ports::Listing listing) {
    Scanned scanned;
    const auto now_ms = replica_.hlc().ms();
    for (auto& listed : listing.records) {
      if (!listed.record.head.is_live(now_ms)) continue;
      scanned.live.push_back({std::move(listed.key), listed.record.head});
    }
    scanned.rest = {listing.covered.end, scan.range.end};
    replica_.outbox.at_once(Reply{scan.client, scan.ticket, std::move(scanned)});
  });
}

void LocalCalls::on_cancel(ClientId client) {
  std::erase_if(paused_, [client](const LocalCall& call) { return call.client == client; });
}

void LocalCalls::resume() {
  while (!paused_.empty() && !replica_.must_pause()) {
    auto call = std::move(paused_.front());
    paused_.pop_front();
    if (const auto why = replica_.refusal()) {
      refuse(call, *why);
    } else {
      park(std::move(call));
    }
  }
}

void LocalCalls::refuse(const LocalCall& call, Refusal why) {
  ++replica_.counters.refused_calls;
  replica_.outbox.at_once(Reply{call.client, call.ticket, Refused{why}});
}

}
