#include "sim/world.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <format>
#include <utility>

#include "wire/codec.h"

namespace starling::sim {
namespace {

using namespace std::chrono_literals;

// A calm cluster has found itself by then.
constexpr core::Duration settled_after = 12s;

std::uint64_t ticket_of(node::LocalAdmin::Act act) { return static_cast<std::uint64_t>(act); }

double seconds_of(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}

std::string Outcome::repeat() const {
  return std::format("tools/dev sim --seed {} --nodes {}", plan.seed, plan.hosts);
}

std::string Outcome::text() const {
  auto text = std::format(
      "  {} writes acknowledged, {} calls refused, {} writes taken by power loss; {} records\n"
      "  equal {:.1f} s after healing; {} sessions repaired {} records, {} failed; {} by rumour\n"
      "  {} crashes, {} records held for their time, {} rotten found; {} roots checked\n"
      "  {} datagrams, {} frames; trace {}\n",
      figures.acknowledged, figures.refused, figures.may_be_lost, figures.records,
      seconds_of(figures.equal_after), figures.sessions_repaired, figures.records_repaired,
      figures.sessions_failed, figures.records_by_rumour, figures.crashes, figures.held_ahead,
      figures.corrupt_found, figures.root_checks, figures.datagrams, figures.frames,
      core::to_hex(trace));
  for (const auto& [invariant, detail] : violations) {
    text += std::format("  VIOLATED {}: {}\n", invariant, detail);
  }
  return text;
}

World::World(Plan plan, bool story)
    : plan_{std::move(plan)},
      has_story_{story},
      began_{timeline_.time()},
      prng_{core::Prng{plan_.seed}.fork("world")},
      key_{cluster_secret},
      cluster_{key_.cluster_id("sim")},
      network_{timeline_, *this, plan_.knobs, plan_.hosts, prng_.fork("network")},
      clients_{
          timeline_, plan_, prng_.fork("clients"),
          [this](std::size_t host, node::Event event) { hosts_[host]->deliver(std::move(event)); }},
      next_batch_(plan_.hosts, 1),
      roster_members_(plan_.hosts, 0) {
  for (std::size_t i = 0; i < plan_.hosts; ++i) {
    const auto skew = static_cast<std::uint64_t>(plan_.knobs.skew_ms);
    HostOptions options;
    options.index = i;
    options.seeds = {(i + 1) % plan_.hosts, (i + 1 + prng_.below(plan_.hosts - 1)) % plan_.hosts};
    options.skew_ms = static_cast<std::int64_t>(prng_.below(2 * skew + 1)) - plan_.knobs.skew_ms;
    Surroundings& around = *this;
    hosts_.push_back(std::make_unique<Host>(options, plan_.knobs, timeline_, around,
                                            prng_.fork("host" + std::to_string(i))));
    host_of_id_[id_of(i)] = i;
    host_of_address_[address_of(i)] = i;
  }
}

Outcome World::run() {
  for (std::size_t i = 0; i < plan_.hosts; ++i) {
    timeline_.after(core::Duration{static_cast<std::int64_t>(prng_.below(2'000'000'000))},
                    [this, i] { start(i); });
  }
  clients_.start();
  for (const auto& fault : plan_.faults) {
    timeline_.at(began_ + fault.from, [this, &fault] { begin(fault); });
    timeline_.at(began_ + fault.from + fault.lasts, [this, &fault] { end(fault); });
  }
  std::vector<node::Status> settled;
  if (plan_.is_calm) {
    timeline_.run_until(began_ + settled_after);
    settled = statuses();
  }
  timeline_.run_until(began_ + plan_.trouble);
  if (plan_.is_calm) {
    const auto busy = statuses();
    for (std::size_t i = 0; i < busy.size(); ++i) add(check_no_repair(settled[i], busy[i]));
  }
  heal();
  if (wait_until_equal()) {
    check_quiet();
    check_comparison();
  }
  audit();
  return std::move(outcome_);
}

// ---- faults -------------------------------------------------------------------------------------

void World::start(std::size_t host) {
  if (hosts_[host]->is_up()) return;
  tell(std::format("host {} starts", host));
  next_batch_[host] = hosts_[host]->batches_written() + 1;
  network_.host_up(host);
  hosts_[host]->start();
  clients_.on_host_up(host);
  // A roster that is in force has been persisted.
  if (hosts_[host]->status()->roster_members >= roster_members_[host]) return;
  add({{"roster survives", std::format("host {} knew {} members", host, roster_members_[host])}});
}

void World::take_down(std::size_t host, FaultKind how) {
  if (!hosts_[host]->is_up()) return;
  ++outcome_.figures.crashes;
  stopping_.erase(host);
  doomed_.erase(host);
  roster_members_[host] = hosts_[host]->status()->roster_members;
  const bool has_lost_power = how == FaultKind::power_loss;
  std::uint64_t lost = 0;
  if (has_lost_power) {
    lost = hosts_[host]->lose_power();
  } else {
    hosts_[host]->kill();
  }
  tell(std::format("host {}: {}, {} batches gone", host, name_of(how), lost));
  const auto left = hosts_[host]->batches_written();
  stamps_.on_down(host, id_of(host), left, has_lost_power);
  clients_.on_host_down(host, left, has_lost_power);
  network_.host_down(host, !has_lost_power);
}

void World::begin(const Fault& fault) {
  tell(std::string{"begins: "} + name_of(fault.kind));
  const auto host = fault.hosts.front();
  switch (fault.kind) {
    case FaultKind::halves:
    case FaultKind::isolation:
    case FaultKind::one_way:
      return cut(fault, true);
    case FaultKind::kill:
      return take_down(host, fault.kind);
    case FaultKind::power_loss:
      doomed_.insert(host);
      return;
    case FaultKind::blackout:
      for (const auto each : fault.hosts) take_down(each, FaultKind::power_loss);
      return;
    case FaultKind::stop:
      if (!hosts_[host]->is_up()) return;
      stopping_.insert(host);
      return order(host, node::LocalAdmin::Act::stop);
    case FaultKind::pause:
      return hosts_[host]->pause(fault.lasts);
    case FaultKind::clock_step:
      return hosts_[host]->step_clock(fault.step_ms);
    case FaultKind::slow_disk:
      return hosts_[host]->slow_down(true);
    case FaultKind::freeze:
      return order(host, node::LocalAdmin::Act::freeze);
    case FaultKind::rot:
      return rot(host);
  }
}

void World::end(const Fault& fault) {
  tell(std::string{"ends: "} + name_of(fault.kind));
  const auto host = fault.hosts.front();
  switch (fault.kind) {
    case FaultKind::halves:
    case FaultKind::isolation:
    case FaultKind::one_way:
      return cut(fault, false);
    case FaultKind::stop:
      if (stopping_.contains(host)) take_down(host, FaultKind::kill);  // Waited long enough.
      return start(host);
    case FaultKind::kill:
    case FaultKind::power_loss:
    case FaultKind::blackout:
      for (const auto each : fault.hosts) {
        doomed_.erase(each);
        hosts_[each]->step_clock(fault.step_ms);
        start(each);
      }
      return;
    case FaultKind::clock_step:
      return hosts_[host]->step_clock(-fault.step_ms);
    case FaultKind::slow_disk:
      return hosts_[host]->slow_down(false);
    case FaultKind::freeze:
      return order(host, node::LocalAdmin::Act::thaw);
    case FaultKind::pause:
    case FaultKind::rot:
      return;
  }
}

void World::cut(const Fault& fault, bool apart) {
  const auto set = [&](std::size_t from, std::size_t to) {
    apart ? network_.block(from, to) : network_.unblock(from, to);
  };
  if (fault.kind == FaultKind::one_way) return set(fault.hosts[0], fault.hosts[1]);
  for (const auto inside : fault.hosts) {
    for (std::size_t outside = 0; outside < plan_.hosts; ++outside) {
      if (std::ranges::contains(fault.hosts, outside)) continue;
      set(inside, outside);
      set(outside, inside);
    }
  }
}

// The value of one copy of a record goes bad, and only one: another host holds the same, safe from
// power loss. A fresh record or any other.
void World::rot(std::size_t host) {
  const auto ours = contents_of(host);
  const bool wants_fresh = prng_.chance(1, 2);
  for (std::size_t other = 0; other < plan_.hosts; ++other) {
    if (other == host || hosts_[other]->batches_synced() < hosts_[other]->batches_written()) {
      continue;
    }
    std::vector<std::pair<core::Stamp, core::Bytes>> candidates;
    for (const auto& [key, record] : contents_of(other)) {
      const auto found = ours.find(key);
      if (record.value.empty() || found == ours.end() || found->second != record) continue;
      candidates.emplace_back(record.head.stamp, key);
    }
    if (candidates.empty()) continue;
    std::ranges::sort(candidates);
    const auto chosen = wants_fresh ? candidates.size() - 1 : prng_.below(candidates.size());
    const auto& key = candidates[chosen].second;
    if (!hosts_[host]->rot(key)) continue;
    rotten_.emplace_back(host, key);
    clients_.read(host, key);
    return;
  }
}

void World::order(std::size_t host, node::LocalAdmin::Act act) {
  hosts_[host]->deliver(node::LocalAdmin{operator_id, ticket_of(act), act});
}

void World::heal() {
  tell("all is healed, nobody writes");
  clients_.stop();
  network_.heal();
  for (std::size_t i = 0; i < plan_.hosts; ++i) {
    if (stopping_.contains(i)) take_down(i, FaultKind::kill);
    start(i);
    hosts_[i]->calm_down();
    order(i, node::LocalAdmin::Act::thaw);
  }
  // Rot is found by whoever reads it; the last reader comes when the index is filled.
  timeline_.after(3s, [this] {
    for (const auto& [host, key] : rotten_) clients_.read(host, key);
  });
}

// ---- telling -----------------------------------------------------------------------------------

void World::add(const Violations& violations) {
  for (const auto& violation : violations) {
    tell("VIOLATED " + violation.invariant + ": " + violation.detail);
    outcome_.violations.push_back(violation);
  }
}

void World::tell(const std::string& text) const {
  if (!has_story_) return;
  std::fputs(std::format("{:9.3f} s  {}\n", seconds_of(timeline_.time() - began_), text).c_str(),
             stdout);
}

Contents World::contents_of(std::size_t host) {
  Contents contents;
  for (auto& listed : hosts_[host]->everything().records) {
    contents.emplace(std::move(listed.key), std::move(listed.record));
  }
  return contents;
}

// ---- between hosts ------------------------------------------------------------------------------

void World::on_send(std::size_t host, node::SendDatagram&& effect) {
  const auto to = host_of_address_.find(effect.to);
  if (to == host_of_address_.end()) return add({{"wire", "a datagram to " + effect.to}});
  auto bytes = wire::encode_datagram(effect.datagram, cluster_);
  if (!bytes) return add({{"wire", "a datagram does not fit: " + bytes.error().detail}});
  network_.send_datagram(host, to->second, std::move(*bytes));
}

void World::on_send(std::size_t host, node::SendFrame&& effect) {
  network_.send_frame(host, host_of_id_.at(effect.peer),
                      wire::encode_frame(effect.frame, cluster_));
}

void World::on_datagram(std::size_t to, std::size_t from, const core::Bytes& bytes) {
  trace_.add(bytes);
  auto datagram = wire::decode_datagram(bytes, cluster_);
  if (!datagram) return add({{"wire", "a datagram is " + datagram.error().detail}});
  hosts_[to]->deliver(node::DatagramReceived{address_of(from), std::move(*datagram)});
}

void World::on_frame(std::size_t to, std::size_t from, const core::Bytes& bytes) {
  trace_.add(bytes);
  auto frame = wire::decode_frame(bytes, cluster_);
  if (!frame) return add({{"wire", "a frame is " + frame.error().detail}});
  hosts_[to]->deliver(node::FrameReceived{id_of(from), std::move(*frame)});
}

void World::on_link_up(std::size_t host, std::size_t peer) {
  const wire::Hello hello{id_of(peer), "n" + std::to_string(peer), address_of(peer),
                          merkle::digest_version};
  const auto heard = wire::decode_hello(wire::encode_hello(hello, cluster_), cluster_);
  if (!heard || *heard != hello) return add({{"wire", "a hello came out another"}});
  tell(std::format("host {}: link to {} is up", host, peer));
  hosts_[host]->deliver(node::LinkUp{heard->node, heard->address, heard->name});
}

void World::on_link_down(std::size_t host, std::size_t peer, const std::string& reason) {
  tell(std::format("host {}: link to {} is down: {}", host, peer, reason));
  hosts_[host]->deliver(node::LinkDown{id_of(peer), reason});
}

void World::on_link_drained(std::size_t host, std::size_t peer) {
  hosts_[host]->deliver(node::LinkDrained{id_of(peer)});
}

void World::on_dial(std::size_t host, const membership::Address& address) {
  network_.dial(host, host_of_address_.at(address));
}

void World::on_undial(std::size_t host, const membership::Address& address) {
  network_.undial(host, host_of_address_.at(address));
}

void World::on_drop_link(std::size_t host, core::NodeId peer, const std::string& reason) {
  tell(std::format("host {} drops its link: {}", host, reason));
  network_.drop_link(host, host_of_id_.at(peer), reason);
}

// ---- within a host ------------------------------------------------------------------------------

void World::on_reply(std::size_t host, node::Reply&& reply) {
  if (reply.client != operator_id) {
    if (doomed_.contains(host)) {
      timeline_.after(0s, [this, host] { take_down(host, FaultKind::power_loss); });
    }
    return clients_.on_reply(host, reply, hosts_[host]->batches_written());
  }
  if (auto* summary = std::get_if<node::CompareSummary>(&reply.reply)) comparison_ = *summary;
  // Out of the host's own turn: it cannot be taken down while it speaks.
  if (stopping_.contains(host) && reply.ticket == ticket_of(node::LocalAdmin::Act::stop)) {
    timeline_.after(0s, [this, host] {
      if (stopping_.contains(host)) take_down(host, FaultKind::stop);
    });
  }
}

void World::on_notice(std::size_t host, const core::Notice& notice) {
  if (has_story_) tell(std::format("host {}: {}: {}", host, notice.topic, notice.text));
}

void World::on_batch(std::size_t host, const ports::Batch& changes) {
  stamps_.on_batch(host, id_of(host), next_batch_[host]++, changes);
  clients_.history().on_batch(host, changes);
}

void World::on_synced(std::size_t host) { stamps_.on_synced(host, hosts_[host]->batches_synced()); }

void World::on_event(std::size_t host, const node::Event& event) {
  trace_.add(host);
  trace_.add(event.index());
  trace_.add(static_cast<std::uint64_t>(timeline_.time().time_since_epoch().count()));
}

}
