#include "sim/plan.h"

#include <algorithm>
#include <chrono>
#include <format>

#include "core/limits.h"
#include "core/prng.h"

namespace starling::sim {
namespace {

using namespace std::chrono_literals;

core::Duration between(core::Prng& prng, core::Duration low, core::Duration high) {
  return low + core::Duration{static_cast<std::int64_t>(
                   prng.below(static_cast<std::uint64_t>((high - low).count()) + 1))};
}

std::int64_t seconds_of(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}
double ms_of(core::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// "Off" is drawn often: faults that never come alone hide each other.
std::uint64_t often_zero(core::Prng& prng, std::uint64_t max) {
  return prng.chance(1, 3) ? 0 : prng.below(max + 1);
}

Knobs calm_knobs(core::Prng& prng) {
  Knobs knobs;
  knobs.delay_min = between(prng, 200us, 20ms);
  knobs.delay_spread = between(prng, 0us, 30ms);
  knobs.link_queue_bytes_max = core::limits::link_queue_bytes_max;
  knobs.misses_per_1000 = often_zero(prng, 200);
  knobs.work_spread = between(prng, 1ms, 8ms);
  knobs.skew_ms = static_cast<std::int64_t>(often_zero(prng, 100));
  knobs.think_time = between(prng, 50ms, 400ms);
  knobs.clients_per_host = 1 + prng.below(3);
  knobs.keys = 5 + prng.below(300);
  return knobs;
}

Knobs wild_knobs(core::Prng& prng) {
  auto knobs = calm_knobs(prng);
  knobs.loss_per_1000 = often_zero(prng, 300);
  knobs.duplicates_per_1000 = often_zero(prng, 200);
  knobs.delay_min = between(prng, 200us, prng.chance(1, 4) ? 150ms : 5ms);
  knobs.delay_spread = between(prng, 0us, prng.chance(1, 4) ? 300ms : 20ms);
  if (prng.chance(1, 4)) knobs.link_queue_bytes_max = 16 * 1024 + prng.below(64 * 1024);
  knobs.misses_per_1000 = often_zero(prng, 900);
  knobs.refusals_per_1000 = often_zero(prng, 100);
  knobs.work_spread = between(prng, 1ms, prng.chance(1, 4) ? 200ms : 10ms);
  knobs.skew_ms = static_cast<std::int64_t>(often_zero(prng, 240));
  return knobs;
}

std::vector<std::size_t> some_hosts(core::Prng& prng, std::size_t hosts, std::size_t count) {
  std::vector<std::size_t> all(hosts);
  for (std::size_t i = 0; i < hosts; ++i) all[i] = i;
  for (auto i = hosts; i > 1; --i) std::swap(all[i - 1], all[prng.below(i)]);
  all.resize(count);
  return all;
}

std::size_t hosts_of(FaultKind kind, std::size_t hosts) {
  if (kind == FaultKind::halves) return hosts / 2;
  if (kind == FaultKind::one_way) return 2;
  if (kind == FaultKind::blackout) return hosts;
  return 1;
}

Fault make_fault(core::Prng& prng, const Plan& plan) {
  constexpr auto kinds = static_cast<std::uint64_t>(FaultKind::rot) + 1;
  Fault fault;
  fault.kind = static_cast<FaultKind>(prng.below(kinds));
  // The first seconds belong to joining; now and then that too is disturbed.
  const auto earliest = prng.chance(1, 8) ? 0s : 4s;
  fault.from = between(prng, earliest, plan.trouble - 2s);
  const auto longest = fault.kind == FaultKind::pause ? core::Duration{8s} : core::Duration{25s};
  fault.lasts = std::min(between(prng, 200ms, longest), plan.trouble - fault.from);
  fault.hosts = some_hosts(prng, plan.hosts, hosts_of(fault.kind, plan.hosts));
  if (fault.kind == FaultKind::clock_step) {
    // Within the receive bound, or far beyond it.
    const auto size = prng.chance(1, 2) ? prng.below(240) : prng.below(8'000);
    fault.step_ms = static_cast<std::int64_t>(size) * (prng.chance(1, 2) ? 1 : -1);
  }
  const bool is_crash = fault.kind == FaultKind::kill || fault.kind == FaultKind::power_loss ||
                        fault.kind == FaultKind::blackout;
  if (is_crash && prng.chance(1, 3)) {
    fault.lasts = std::min<core::Duration>(fault.lasts, 500ms);
    fault.step_ms = -static_cast<std::int64_t>(prng.below(prng.chance(1, 2) ? 700 : 5'000));
  }
  return fault;
}

}

const char* name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::halves:
      return "halves apart";
    case FaultKind::isolation:
      return "isolation";
    case FaultKind::one_way:
      return "one way lost";
    case FaultKind::kill:
      return "kill";
    case FaultKind::power_loss:
      return "power loss";
    case FaultKind::blackout:
      return "blackout";
    case FaultKind::stop:
      return "graceful stop";
    case FaultKind::pause:
      return "pause";
    case FaultKind::clock_step:
      return "clock step";
    case FaultKind::slow_disk:
      return "slow disk";
    case FaultKind::freeze:
      return "freeze";
    case FaultKind::rot:
      return "rot";
  }
  return "?";
}

Plan make_plan(const PlanOptions& options) {
  core::Prng prng = core::Prng{options.seed}.fork("plan");
  Plan plan;
  plan.seed = options.seed;
  // Drawn even when given, so that what is given does not shift the rest.
  const auto hosts = 3 + prng.below(7);
  const auto trouble = between(prng, 20s, 40s);
  plan.hosts = options.hosts != 0 ? options.hosts : hosts;
  plan.trouble = options.trouble > 6s ? options.trouble : trouble;
  plan.is_calm = prng.chance(1, 8);
  plan.knobs = plan.is_calm ? calm_knobs(prng) : wild_knobs(prng);
  const auto count = plan.is_calm ? 0 : prng.below(10);
  for (std::uint64_t i = 0; i < count; ++i) plan.faults.push_back(make_fault(prng, plan));
  std::ranges::stable_sort(plan.faults, {}, &Fault::from);
  return plan;
}

std::string Plan::text() const {
  auto text = std::format(
      "seed {}: {} hosts, {} s of {}\n"
      "  network: loss {:.1f} %, duplicates {:.1f} %, delay {:.1f} + {:.1f} ms, queue {} KiB\n"
      "  disk: misses {:.1f} %, refusals {:.1f} %, a worker takes up to {:.1f} ms\n"
      "  clocks: off by up to {} ms\n"
      "  clients: {} on each host, one call in {:.0f} ms, {} keys\n",
      seed, hosts, seconds_of(trouble), is_calm ? "calm" : "trouble",
      static_cast<double>(knobs.loss_per_1000) / 10,
      static_cast<double>(knobs.duplicates_per_1000) / 10, ms_of(knobs.delay_min),
      ms_of(knobs.delay_spread), knobs.link_queue_bytes_max / 1024,
      static_cast<double>(knobs.misses_per_1000) / 10,
      static_cast<double>(knobs.refusals_per_1000) / 10, ms_of(knobs.work_spread), knobs.skew_ms,
      knobs.clients_per_host, ms_of(knobs.think_time), knobs.keys);
  for (const auto& fault : faults) {
    text += std::format("  {:5.1f} s: {} of", ms_of(fault.from) / 1000, name_of(fault.kind));
    for (const auto host : fault.hosts) text += std::format(" {}", host);
    if (fault.step_ms != 0) text += std::format(" by {:+} ms", fault.step_ms);
    text += std::format(", for {:.1f} s\n", ms_of(fault.lasts) / 1000);
  }
  return text;
}

}
