#include "app/driver.h"

#include <memory>
#include <utility>

#include "core/assert.h"

namespace starling::app {

Driver::Driver(net::EventLoop& loop, net::WorkerPool& workers, ports::Store& store,
               node::Node& node, Outlets outlets)
    : loop_{loop},
      workers_{workers},
      store_{store},
      node_{node},
      outlets_{std::move(outlets)},
      timer_{loop, [this] { deliver(node::TimePassed{}); }} {}

void Driver::start() {
  node_.start(loop_.now());
  loop_.on_turn_end([this] { end_turn(); });
  end_turn();
}

// Performing may bring more to do in the same turn: a written batch releases its replies, and a
// reply lets a connection submit its next command.
void Driver::end_turn() {
  for (;;) {
    auto effects = node_.end_turn(loop_.now());
    if (effects.empty()) break;
    for (auto& effect : effects) {
      std::visit([this](auto&& one) { perform(std::move(one)); }, std::move(effect));
    }
  }
  if (const auto deadline = node_.next_deadline()) timer_.arm(*deadline);
}

void Driver::perform(node::WriteBatch&& effect) {
  if (!refused_.empty()) {
    refused_.push_back(std::move(effect));
    return;
  }
  const auto outcome = store_.write(effect.changes);
  if (!outcome) return outlets_.give_up(outcome.error());
  if (*outcome == ports::WriteOutcome::written) {
    deliver(node::Written{effect.batch});
    return;
  }
  ++stalls_;
  refused_.push_back(std::move(effect));
  write_patiently();
}

void Driver::write_patiently() {
  // The front stays in place while the worker reads it: a deque does not move its elements when
  // others are added behind.
  on_worker([this, &batch = refused_.front()]() -> core::Result<node::Event> {
    if (auto written = store_.write_patiently(batch.changes); !written) {
      return std::unexpected(written.error());
    }
    return node::Written{batch.batch};
  });
}

void Driver::perform(node::SyncStore&& effect) {
  on_worker([this, sync = effect.sync]() -> core::Result<node::Event> {
    if (auto synced = store_.sync(); !synced) return std::unexpected(synced.error());
    return node::Synced{sync};
  });
}

void Driver::perform(node::FetchRecords&& effect) {
  on_worker([this, effect = std::move(effect)]() -> core::Result<node::Event> {
    node::Fetched fetched{effect.ticket, {}};
    for (const auto& key : effect.keys) {
      auto result = store_.fetch(key);
      if (!result) return std::unexpected(result.error());
      fetched.results.emplace_back(key, std::move(*result));
    }
    return fetched;
  });
}

void Driver::perform(node::ListRange&& effect) {
  // Taken now: what is written later in this turn is not in it.
  on_worker(
      [snapshot = store_.snapshot(), effect = std::move(effect)]() -> core::Result<node::Event> {
        auto listing = snapshot->list(effect.range, effect.options);
        if (!listing) return std::unexpected(listing.error());
        return node::RangeListed{effect.ticket, std::move(*listing)};
      });
}

void Driver::on_worker(std::move_only_function<core::Result<node::Event>()> job) {
  // Owned by job and completion alike: the worker fills it, the loop empties it.
  auto answer = std::make_shared<core::Result<node::Event>>(node::TimePassed{});
  const bool is_taken = workers_.submit(
      [job = std::move(job), answer]() mutable { *answer = job(); },
      [this, answer] {
        if (!*answer) return outlets_.give_up(answer->error());
        const bool was_refused_batch = std::holds_alternative<node::Written>(**answer);
        deliver(std::move(**answer));
        if (!was_refused_batch) return;
        refused_.pop_front();
        if (!refused_.empty()) write_patiently();
      });
  // The node bounds its fetches, listings and syncs well below the pool's bound.
  STARLING_ASSERT(is_taken);
}

}
