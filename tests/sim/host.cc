#include "sim/host.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "core/assert.h"

namespace starling::sim {
namespace {

using namespace std::chrono_literals;

// Midday of some day; instants of the timeline count from there.
constexpr std::int64_t wall_begin_ms = 1'700'000'000'000;

node::Persisted read_persisted(const store::MemoryStore& store) {
  const auto read = [&](ports::Meta meta) { return store.read_meta(meta).value(); };
  const auto number = [&](ports::Meta meta) {
    return node::decode_meta_number(read(meta).value_or(core::Bytes{}));
  };
  node::Persisted persisted;
  persisted.incarnation = number(ports::Meta::incarnation);
  persisted.clock_lease = {number(ports::Meta::clock_lease)};
  persisted.roster = read(ports::Meta::roster);
  persisted.horizon = {number(ports::Meta::horizon)};
  persisted.frozen = read(ports::Meta::frozen) == core::Bytes(1, '\1');
  return persisted;
}

}

core::NodeId id_of(std::size_t host) { return {core::mix(host + 1)}; }
membership::Address address_of(std::size_t host) { return "host-" + std::to_string(host) + ":1"; }

Host::Host(HostOptions options, const Knobs& knobs, Timeline& timeline, Surroundings& surroundings,
           core::Prng prng)
    : options_{std::move(options)},
      knobs_{knobs},
      timeline_{timeline},
      around_{surroundings},
      prng_{prng.fork("workers")},
      disk_{prng.fork("disk")},
      skew_ms_{options_.skew_ms} {
  slow_down(false);
}

core::WallTime Host::wall() const {
  const auto passed = timeline_.time().time_since_epoch();
  return {wall_begin_ms + std::chrono::duration_cast<std::chrono::milliseconds>(passed).count() +
          skew_ms_};
}

// ---- life
// -----------------------------------------------------------------------------------------

void Host::start() {
  STARLING_ASSERT(!is_up());
  node::NodeOptions node_options;
  node_options.id = id_of(options_.index);
  node_options.name = "n" + std::to_string(options_.index);
  node_options.address = address_of(options_.index);
  for (const auto seed : options_.seeds) node_options.seeds.push_back(address_of(seed));
  node_options.cluster_secret = cluster_secret;
  ++lives_;
  process_ =
      std::make_unique<Process>(disk_, node_options, prng_.fork("node" + std::to_string(lives_)));
  process_->node.start(now());
  arrange_turn();
}

Host::Process::Process(store::Disk& disk, const node::NodeOptions& node_options, core::Prng prng)
    : store{disk}, node{node_options, read_persisted(store), store, prng} {}

void Host::kill() {
  process_.reset();
  ++lives_;
}

std::uint64_t Host::lose_power() {
  kill();
  return disk_.crash();
}

void Host::pause(core::Duration how_long) {
  if (is_up()) process_->asleep_until = timeline_.time() + how_long;
}

void Host::slow_down(bool slow) {
  is_slow_ = slow;
  disk_.set_faults({knobs_.misses_per_1000, slow ? 500 : knobs_.refusals_per_1000});
}

void Host::calm_down() {
  knobs_.misses_per_1000 = 0;
  knobs_.refusals_per_1000 = 0;
  knobs_.work_spread = std::min<core::Duration>(knobs_.work_spread, 10ms);
  skew_ms_ = 0;
  slow_down(false);
}

// ---- the process
// ----------------------------------------------------------------------------------

void Host::deliver(node::Event event) {
  if (!is_up()) return;
  process_->inbox.push_back(std::move(event));
  arrange_turn();
}

// What arrives within the same few microseconds shares a turn.
void Host::arrange_turn() {
  if (std::exchange(process_->has_turn_arranged, true)) return;
  const auto at =
      std::max(timeline_.time() + core::Duration{static_cast<std::int64_t>(prng_.below(200'000))},
               process_->asleep_until);
  timeline_.at(at, [this, life = lives_] {
    if (is_up() && life == lives_) take_turn();
  });
}

void Host::take_turn() {
  process_->has_turn_arranged = false;
  if (timeline_.time() < process_->asleep_until) return arrange_turn();
  for (auto& event : std::exchange(process_->inbox, {})) {
    around_.on_event(options_.index, event);
    process_->node.handle(std::move(event), now());
  }
  for (;;) {
    auto effects = process_->node.end_turn(now());
    if (effects.empty()) break;
    for (auto& effect : effects) {
      std::visit([this](auto&& one) { perform(std::move(one)); }, std::move(effect));
    }
  }
  arm_timer();
}

void Host::arm_timer() {
  const auto deadline = process_->node.next_deadline();
  const auto timer = ++process_->timer;
  if (!deadline) return;
  timeline_.at(*deadline, [this, life = lives_, timer] {
    if (is_up() && life == lives_ && timer == process_->timer) deliver(node::TimePassed{});
  });
}

std::optional<node::Status> Host::status() {
  if (!is_up()) return std::nullopt;
  return process_->node.status(now());
}

// ---- performing
// -----------------------------------------------------------------------------------

void Host::perform(node::WriteBatch&& effect) {
  around_.on_batch(options_.index, effect.changes);
  if (!process_->refused.empty()) {
    process_->refused.push_back(std::move(effect));
    return;
  }
  if (process_->store.write(effect.changes).value() == ports::WriteOutcome::written) {
    process_->node.handle(node::Written{effect.batch}, now());
    return;
  }
  process_->refused.push_back(std::move(effect));
  write_patiently();
}

void Host::write_patiently() {
  on_worker([this] {
    const auto& front = process_->refused.front();
    STARLING_ASSERT(process_->store.write_patiently(front.changes).has_value());
    deliver(node::Written{front.batch});
    process_->refused.pop_front();
    if (!process_->refused.empty()) write_patiently();
  });
}

void Host::perform(node::SyncStore&& effect) {
  // What is written while the disk is busy is not covered.
  on_worker([this, sync = effect.sync, covered = disk_.written()] {
    if (covered > disk_.synced()) disk_.mark_synced(covered);
    around_.on_synced(options_.index);
    deliver(node::Synced{sync});
  });
}

void Host::perform(node::FetchRecords&& effect) {
  on_worker([this, effect = std::move(effect)] {
    node::Fetched fetched{effect.ticket, {}};
    for (const auto& key : effect.keys) {
      fetched.results.emplace_back(key, process_->store.fetch(key).value());
    }
    deliver(std::move(fetched));
  });
}

void Host::perform(node::ListRange&& effect) {
  on_worker([this, snapshot = process_->store.snapshot(), effect = std::move(effect)] {
    deliver(node::RangeListed{effect.ticket, snapshot->list(effect.range, effect.options).value()});
  });
}

void Host::perform(node::DropLink&& effect) {
  around_.on_drop_link(options_.index, effect.peer, effect.reason);
}

void Host::on_worker(Timeline::Action job) {
  auto longest = knobs_.work_spread * (is_slow_ ? 20 : 1);
  if (prng_.chance(1, 50)) longest *= 5;
  const auto takes = 50us + core::Duration{static_cast<std::int64_t>(
                                prng_.below(static_cast<std::uint64_t>(longest.count()) + 1))};
  timeline_.after(takes, [this, life = lives_, job = std::move(job)]() mutable {
    if (is_up() && life == lives_) job();
  });
}

bool Host::is_in_step() const {
  return is_up() && std::ranges::none_of(process_->inbox, [](const node::Event& event) {
           return std::holds_alternative<node::Written>(event);
         });
}

ports::Listing Host::everything() {
  const store::MemoryStore store{disk_};
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  return store.snapshot()->list(core::all_users(), {ports::Want::values, all, all}).value();
}

}
