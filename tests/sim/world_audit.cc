// How World waits for its hosts to agree, looks at them, and holds what was promised against what
// is there.

#include <algorithm>
#include <chrono>
#include <format>

#include "core/limits.h"
#include "sim/world.h"

namespace starling::sim {
namespace {

using namespace std::chrono_literals;

// Faults beyond this are ended by the plan; what they leave behind (links that wait, records held
// for a clock 8 s ahead, backoffs of 15 s) must be over by then.
constexpr core::Duration equal_within = 30s;
constexpr core::Duration quiet_for = 12s;

double seconds_of(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}

std::vector<node::Status> World::statuses() {
  std::vector<node::Status> all;
  for (auto& host : hosts_) {
    if (auto status = host->status()) all.push_back(std::move(*status));
  }
  return all;
}

bool World::is_equal() {
  const auto all = statuses();
  if (all.size() < plan_.hosts) return false;
  const auto& first = all.front();
  for (const auto& status : all) {
    const bool agrees = status.is_ready && status.root && status.root == first.root &&
                        status.cut == first.cut && status.roster_hash == first.roster_hash &&
                        status.roster_members == plan_.hosts;
    if (!agrees || status.held_ahead_records > 0) return false;
    const bool sees_all = std::ranges::all_of(status.members, [](const auto& member) {
      return member.is_self || (member.state == membership::MemberState::alive && member.is_linked);
    });
    if (!sees_all || status.members.size() != plan_.hosts) return false;
  }
  const auto contents = contents_of(0);
  for (std::size_t i = 1; i < plan_.hosts; ++i) {
    if (contents_of(i) != contents) return false;
  }
  return true;
}

bool World::wait_until_equal() {
  const auto healed = timeline_.time();
  while (timeline_.time() < healed + equal_within) {
    timeline_.run_until(timeline_.time() + 100ms);
    look_at_roots();
    if (!is_equal()) continue;
    outcome_.figures.equal_after = timeline_.time() - healed;
    return true;
  }
  add({{"convergence", std::format("not equal {} s after healing", seconds_of(equal_within))}});
  for (const auto& status : statuses()) {
    std::string members;
    for (const auto& member : status.members) {
      members += std::format(" {}:{}{}", member.name, membership::name_of(member.state),
                             member.is_linked ? "+" : "-");
    }
    tell(std::format("{}: cut {}, root {} of {}, roster {}, held {}, settling {}, {} sessions;{}",
                     status.name, status.cut.second, status.root ? "told" : "untold",
                     status.root ? status.root->count : 0, status.roster_members,
                     status.held_ahead_records, status.settling_versions, status.sessions_open,
                     members));
  }
  return false;
}

void World::look_at_roots() {
  if (timeline_.time() < next_look_) return;
  next_look_ = timeline_.time() + 700ms;  // In step with nothing.
  std::vector<View> views;
  for (std::size_t i = 0; i < plan_.hosts; ++i) {
    const auto status = hosts_[i]->status();
    if (!status || !status->root || !hosts_[i]->is_in_step()) continue;
    // Rot that nobody has read yet is not known to the host either.
    if (!hosts_[i]->everything().corrupt.empty()) continue;
    views.push_back({i, status->cut, *status->root, contents_of(i)});
  }
  outcome_.figures.root_checks +=
      static_cast<std::uint64_t>(std::ranges::count_if(views, is_settled));
  add(check_roots(key_, views));
}

void World::check_quiet() {
  // Sessions that were open when all became equal may end, those by silence that lost a frame.
  timeline_.run_until(timeline_.time() + core::limits::session_patience + 3s);
  const auto before = statuses();
  timeline_.run_until(timeline_.time() + quiet_for);
  const auto after = statuses();
  for (std::size_t i = 0; i < after.size(); ++i) {
    add(check_no_repair(before[i], after[i]));
    if (after[i].parked_calls == 0 && after[i].unsynced_bytes == 0) continue;
    add({{"quiet", std::format("{}: {} calls parked, {} bytes unsynced", after[i].name,
                               after[i].parked_calls, after[i].unsynced_bytes)}});
  }
  // In the moment of a cut some hosts have applied it and others have not.
  if (!is_equal()) timeline_.run_until(timeline_.time() + 300ms);
  if (!is_equal()) add({{"quiet", "equal hosts became unequal without a write"}});
}

// What `starling diff` would say.
void World::check_comparison() {
  hosts_[0]->deliver(node::LocalCompare{operator_id, 1, "n1", core::all_users()});
  timeline_.run_until(timeline_.time() + 10s);
  if (!comparison_) return add({{"comparison", "no answer"}});
  if (!comparison_->trouble.empty()) add({{"comparison", comparison_->trouble}});
  if (comparison_->keys_differ > 0) add({{"comparison", "finds differences that are not there"}});
}

void World::audit() {
  auto& figures = outcome_.figures;
  const auto contents = contents_of(0);
  for (std::size_t i = 0; i < plan_.hosts; ++i) {
    auto found = check_promises(clients_.history(), contents_of(i));
    if (!found.empty()) tell(std::format("host {} breaks promises", i));
    add(found);
    if (!found.empty()) break;  // The others only repeat it.
  }
  add(check_answers(clients_.history()));
  add(stamps_.violations());
  add(clients_.reads().violations());
  for (const auto& status : statuses()) {
    const auto& counters = status.counters;
    if (counters.same_stamp_conflicts > 0) {
      add({{"stamps unique", status.name + " met two records under one stamp"}});
    }
    if (counters.protocol_errors > 0) {
      add({{"protocol", std::format("{} met {} messages that made no sense", status.name,
                                    counters.protocol_errors)}});
    }
    figures.sessions_repaired += counters.sessions_repaired;
    figures.sessions_failed += counters.sessions_failed;
    figures.records_repaired += counters.exchanged_in;
    figures.records_by_rumour += counters.rumours_taken;
    figures.held_ahead += counters.held_ahead;
    figures.corrupt_found += counters.corrupt_records;
  }
  figures.records = contents.size();
  figures.acknowledged = clients_.acknowledged();
  figures.refused = clients_.refused();
  figures.may_be_lost = static_cast<std::uint64_t>(
      std::ranges::count_if(clients_.history().writes(), &Write::may_be_lost));
  figures.datagrams = network_.datagrams();
  figures.frames = network_.frames();
  outcome_.trace = trace_.hash();
  outcome_.plan = plan_;
}

}
