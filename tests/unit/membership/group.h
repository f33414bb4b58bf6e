#pragma once
// A group of Memberships in virtual time: every datagram takes a random delay and passes a
// filter that the test may replace.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "membership/membership.h"

namespace starling::membership::testing {

using namespace std::chrono_literals;

inline constexpr core::Instant noon{core::Duration{12h}};

inline core::NodeId id_of(std::size_t index) { return {100 + index}; }
inline Address address_of(std::size_t index) { return "10.0.0." + std::to_string(index) + ":7"; }
inline MemberUpdate claim_of(std::size_t index, MemberState state = MemberState::alive,
                             std::uint64_t incarnation = 1, core::NodeId accuser = {}) {
  return {id_of(index), state, incarnation, address_of(index), "node-" + std::to_string(index),
          accuser};
}

class Group {
 public:
  struct StateChange {
    core::Instant at;
    std::size_t observer;
    core::NodeId subject;
    MemberState after;
  };

  Group(std::size_t size, std::uint64_t seed) : prng_{seed} {
    for (std::size_t i = 0; i < size; ++i) start(i, 1);
    for (std::size_t i = 0; i < size; ++i) introduce(i);
  }

  // Starts the node, or starts it anew after a crash.
  void start(std::size_t index, std::uint64_t incarnation) {
    const Identity self{id_of(index), "node-" + std::to_string(index), address_of(index),
                        incarnation};
    nodes_[index] = std::make_unique<Membership>(MembershipOptions{}, self,
                                                 prng_.fork(self.name + std::to_string(starts_++)));
    perform(index, [&](Effects& effects) { nodes_[index]->start(now_, effects); });
  }
  void introduce(std::size_t index) {
    for (const auto& [other, node] : nodes_) {
      if (other == index || !node) continue;
      perform(index, [&](Effects& effects) {
        (void)nodes_[index]->add(nodes_[other]->self(), now_, effects);
      });
    }
  }
  void crash(std::size_t index) { nodes_[index].reset(); }
  // Neither hears nor acts for a while; what arrives waits.
  void pause(std::size_t index, core::Duration how_long) { asleep_until_[index] = now_ + how_long; }

  void run(core::Duration how_long) {
    const auto end = now_ + how_long;
    while (step(end)) {
    }
    now_ = end;
  }

  MemberState state(std::size_t observer, std::size_t subject) {
    return nodes_.at(observer)->members().find(id_of(subject))->state;
  }
  bool all_see(std::size_t subject, MemberState state) {
    for (const auto& [observer, node] : nodes_) {
      if (node && observer != subject && this->state(observer, subject) != state) return false;
    }
    return true;
  }
  std::size_t count(MemberState after) const {
    return static_cast<std::size_t>(std::ranges::count(changes, after, &StateChange::after));
  }
  Membership& node(std::size_t index) { return *nodes_.at(index); }
  core::Instant time() const { return now_; }

  // Does a datagram from the first to the second pass?
  std::function<bool(std::size_t, std::size_t)> passes = [](auto, auto) { return true; };
  std::uint64_t loss_percent = 0;
  std::vector<StateChange> changes;
  std::vector<std::pair<std::size_t, std::uint64_t>> persisted;
  std::size_t datagrams = 0;

 private:
  struct Arrival {
    std::size_t from, to;
    Part part;
  };

  bool step(core::Instant end) {
    auto due = end;
    std::size_t who = 0;
    bool is_timer = false;
    for (const auto& [index, node] : nodes_) {
      if (!node) continue;
      const auto deadline = std::max(node->next_deadline().value_or(end), asleep_until_[index]);
      if (deadline < due) {
        due = deadline;
        who = index;
        is_timer = true;
      }
    }
    if (!in_flight_.empty() && in_flight_.begin()->first.first <= due) {
      const auto [key, arrival] = *in_flight_.begin();
      in_flight_.erase(in_flight_.begin());
      now_ = std::max(now_, key.first);
      deliver(arrival);
      return now_ < end;
    }
    if (!is_timer) return false;
    now_ = std::max(now_, due);
    perform(who, [&](Effects& effects) { nodes_[who]->on_time(now_, effects); });
    return true;
  }

  void deliver(const Arrival& arrival) {
    if (!nodes_[arrival.to]) return;
    if (now_ < asleep_until_[arrival.to]) {
      in_flight_.emplace(std::pair{asleep_until_[arrival.to], ++sent_}, arrival);
      return;
    }
    perform(arrival.to, [&](Effects& effects) {
      (void)nodes_[arrival.to]->on_part(address_of(arrival.from), id_of(arrival.from), arrival.part,
                                        now_, effects);
    });
  }

  void perform(std::size_t index, const std::function<void(Effects&)>& act) {
    Effects effects;
    act(effects);
    for (auto& effect : effects) {
      if (auto* send = std::get_if<Send>(&effect)) post(index, std::move(*send));
      if (auto* change = std::get_if<Changed>(&effect)) {
        changes.push_back({now_, index, change->id, change->after});
      }
      if (auto* persist = std::get_if<PersistIncarnation>(&effect)) {
        persisted.emplace_back(index, persist->incarnation);
      }
    }
  }

  void post(std::size_t from, Send send) {
    ++datagrams;
    for (const auto& [to, node] : nodes_) {
      if (address_of(to) != send.to || !passes(from, to)) continue;
      if (prng_.chance(loss_percent, 100)) continue;
      const auto delay = 1ms + core::Duration{static_cast<std::int64_t>(prng_.below(20'000'000))};
      in_flight_.emplace(std::pair{now_ + delay, ++sent_}, Arrival{from, to, send.part});
    }
  }

  core::Prng prng_;
  core::Instant now_ = noon;
  std::map<std::size_t, std::unique_ptr<Membership>> nodes_;
  std::map<std::size_t, core::Instant> asleep_until_;
  std::map<std::pair<core::Instant, std::uint64_t>, Arrival> in_flight_;
  std::uint64_t sent_ = 0;
  int starts_ = 0;
};

}
