#include "reconcile/opening.h"

#include <algorithm>

namespace starling::reconcile {
namespace {

using namespace std::chrono_literals;

// Rumours of a cut's writes are at least 1.5 s old when its root is told: few are still on the way.
constexpr auto delay_min = 250ms;
constexpr std::uint64_t delay_spread_ms = 750;
constexpr auto quiet_min = 1s;
constexpr auto quiet_max = 15s;

}

void Opening::on_root_heard(const Candidate& heard, core::Instant now) {
  const auto peer = peers_.find(heard.peer);
  if (peer != peers_.end()) {
    if (heard.cut <= peer->second.done || now < peer->second.quiet_until) return;
  }
  const auto delay = delay_min + std::chrono::milliseconds{prng_.below(delay_spread_ms)};
  const auto [planned, is_new] = planned_.try_emplace(heard.peer, heard, now + delay);
  if (!is_new && heard.cut > planned->second.candidate.cut) planned->second.candidate = heard;
}

Opening::Peer& Opening::known(core::NodeId peer) {
  const auto purpose = core::to_text(peer);
  return peers_.try_emplace(peer, Peer{.backoff = {{quiet_min, quiet_max}, prng_.fork(purpose)}})
      .first->second;
}

void Opening::on_heard(core::NodeId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || !found->second.is_unreachable) return;
  found->second.is_unreachable = false;
  found->second.quiet_until = {};
  found->second.backoff.reset();
}

void Opening::on_done(core::NodeId peer, core::Cut cut) {
  auto& state = known(peer);
  state.done = std::max(state.done, cut);
  state.is_unreachable = false;
  state.quiet_until = {};
  state.backoff.reset();
  planned_.erase(peer);
}

void Opening::on_refused(core::NodeId peer, core::Instant now) {
  known(peer).backoff.reset();
  on_failed(peer, false, now);
}

void Opening::on_failed(core::NodeId peer, bool was_unreachable, core::Instant now) {
  auto& state = known(peer);
  state.quiet_until = now + state.backoff.next();
  state.is_unreachable = was_unreachable;
  planned_.erase(peer);
}

std::vector<Opening::Candidate> Opening::take_due(core::Instant now) {
  std::vector<Candidate> due;
  for (auto planned = planned_.begin(); planned != planned_.end();) {
    if (now < planned->second.due) {
      ++planned;
      continue;
    }
    due.push_back(planned->second.candidate);
    planned = planned_.erase(planned);
  }
  return due;
}

std::optional<core::Instant> Opening::next_deadline() const {
  if (planned_.empty()) return std::nullopt;
  return std::ranges::min_element(planned_, {}, [](const auto& one) { return one.second.due; })
      ->second.due;
}

}
