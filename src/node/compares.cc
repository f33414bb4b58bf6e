#include "node/compares.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"

namespace starling::node {
namespace {

namespace limits = core::limits;

// On the wire, the key aside.
constexpr std::size_t entry_bytes = 128;

}

Compares::Compares(Replica& replica, const membership::Membership& members, const Joining& joining,
                   Sessions& sessions)
    : replica_{replica}, members_{members}, joining_{joining}, sessions_{sessions} {}

// ---- what applications ask ----------------------------------------------------------------------

void Compares::on_compare(LocalCompare call) {
  const auto from = call.from.empty() ? self() : find(call.from);
  const auto peer = find(call.peer);
  CompareSummary no;
  no.trouble = why_not_between(call, from, peer);
  if (no.trouble.empty() && from->id == replica_.options.id) {
    return walk(Application{call.client, call.ticket}, *peer, call.range);
  }
  if (no.trouble.empty()) no.trouble = why_not_reach(*from);
  if (no.trouble.empty()) return forward(call, *from, *peer);
  no.from_name = from ? from->name : call.from;
  no.peer_name = peer ? peer->name : call.peer;
  tell({call.client, call.ticket}, std::move(no));
}

Compares::Side Compares::self() const {
  return {replica_.options.id, replica_.options.name, replica_.options.address};
}

std::optional<Compares::Side> Compares::find(const std::string& called) const {
  const auto us = self();
  if (called == us.name || called == us.address || called == core::to_text(us.id)) return us;
  const auto* member = members_.members().find(called);
  if (member == nullptr) return std::nullopt;
  return Side{member->id, member->name, member->address};
}

std::string Compares::why_not_between(const LocalCompare& call, const std::optional<Side>& from,
                                      const std::optional<Side>& peer) const {
  if (!from) return "no member is called " + call.from;
  if (!peer) return "no member is called " + call.peer;
  if (from->id == peer->id) return "both are " + from->name + ": there is nothing to compare";
  return "";
}

std::string Compares::why_not_reach(const Side& side) const {
  if (joining_.links().contains(side.id)) return "";
  return "no link to " + side.name + " at " + side.address;
}

void Compares::on_client_gone(ClientId client) {
  stop_walks([&](const Asker& asker) {
    const auto* application = std::get_if<Application>(&asker);
    return application != nullptr && application->client == client;
  });
  std::erase_if(forwarded_, [&](const auto& entry) {
    const auto& [number, forwarded] = entry;
    if (forwarded.asker.client != client) return false;
    cancel_forwarded(number, forwarded);
    return true;
  });
}

// ---- walked here --------------------------------------------------------------------------------

void Compares::walk(Asker asker, const Side& peer, const core::Range& range) {
  const auto number = ++numbers_;
  walks_.emplace(number, Walk{.asker = asker, .told_at = replica_.present().instant});
  CompareSummary no;
  no.trouble = replica_.is_loaded ? why_not_reach(peer) : "this node is opening its store";
  if (!no.trouble.empty()) {
    no.from_name = replica_.options.name;
    no.peer_name = peer.name;
    no.peer = peer.id;
    return on_step(number, std::move(no));
  }
  const auto session =
      sessions_.compare(peer.id, peer.name, range,
                        [this, number](CompareStep step) { on_step(number, std::move(step)); });
  if (const auto begun = walks_.find(number); begun != walks_.end()) {
    begun->second.session = session;
  }
}

template <typename Predicate>
void Compares::stop_walks(Predicate is_meant) {
  std::erase_if(walks_, [&](const auto& entry) {
    if (!is_meant(entry.second.asker)) return false;
    sessions_.cancel_compare(entry.second.session);
    return true;
  });
}

void Compares::on_step(std::uint64_t number, CompareStep step) {
  const auto at = walks_.find(number);
  STARLING_ASSERT(at != walks_.end());
  const bool is_last = std::holds_alternative<CompareSummary>(step);
  if (const auto* application = std::get_if<Application>(&at->second.asker)) {
    tell(*application, std::move(step));
  } else if (is_last) {
    send_gathered(at->second, std::get<CompareSummary>(std::move(step)));
  } else {
    gather(at->second, std::get<CompareEntry>(std::move(step)));
  }
  if (is_last) walks_.erase(at);
}

void Compares::tell(const Application& asker, CompareStep step) {
  std::visit(
      [&](auto&& one) {
        replica_.outbox.at_once(Reply{asker.client, asker.ticket, std::move(one)});
      },
      std::move(step));
}

void Compares::gather(Walk& walk, CompareEntry entry) {
  const auto bytes = entry.key.size() + entry_bytes;
  if (walk.gathered_bytes + bytes > limits::listing_bytes_max) send_gathered(walk, {});
  walk.gathered_bytes += bytes;
  walk.gathered.push_back(std::move(entry));
}

void Compares::send_gathered(Walk& walk, std::optional<CompareSummary> summary) {
  const auto& peer = std::get<Peer>(walk.asker);
  if (summary && summary->trouble.size() > limits::reason_bytes_max) {
    summary->trouble.resize(limits::reason_bytes_max);
  }
  walk.gathered_bytes = 0;
  walk.told_at = replica_.present().instant;
  replica_.outbox.at_once(
      SendFrame{peer.id,
                {replica_.hlc(),
                 CompareReply{peer.number, std::exchange(walk.gathered, {}), std::move(summary)}}});
}

// ---- what peers ask -----------------------------------------------------------------------------

core::Result<void> Compares::on_request(core::NodeId peer, const CompareRequest& request) {
  const Peer asker{peer, request.number};
  std::size_t of_peer = 0;
  for (const auto& [number, walk] : walks_) {
    const auto* other = std::get_if<Peer>(&walk.asker);
    if (other == nullptr || other->id != peer) continue;
    if (*other == asker) {
      return core::fail(core::Errc::unexpected, "two comparisons of one number");
    }
    ++of_peer;
  }
  const auto side = find(core::to_text(request.peer));
  CompareSummary no;
  if (!side) {
    no.trouble = "no member has the id " + core::to_text(request.peer);
  } else if (side->id == replica_.options.id) {
    no.trouble = "it is that node itself";
  } else if (of_peer >= limits::compares_for_peer_max) {
    no.trouble = "it walks " + std::to_string(of_peer) + " comparisons for this node already";
  } else {
    walk(asker, *side, request.range);
    return {};
  }
  Walk refused{.asker = asker};
  no.from_name = replica_.options.name;
  no.peer = request.peer;
  send_gathered(refused, std::move(no));
  return {};
}

void Compares::on_cancel(core::NodeId peer, const CompareCancel& cancel) {
  stop_walks([&](const Asker& asker) { return asker == Asker{Peer{peer, cancel.number}}; });
}

// ---- walked elsewhere ---------------------------------------------------------------------------

void Compares::forward(const LocalCompare& call, Side from, Side peer) {
  const auto number = ++numbers_;
  replica_.outbox.at_once(
      SendFrame{from.id, {replica_.hlc(), CompareRequest{number, peer.id, call.range}}});
  forwarded_.emplace(number, Forwarded{.asker = {call.client, call.ticket},
                                       .from = std::move(from),
                                       .peer = std::move(peer),
                                       .range = call.range,
                                       .heard_at = replica_.present().instant});
}

core::Result<void> Compares::on_reply(core::NodeId peer, CompareReply reply) {
  const auto at = forwarded_.find(reply.number);
  if (at == forwarded_.end()) return {};  // Given up before this came.
  auto& forwarded = at->second;
  if (forwarded.from.id != peer) {
    return core::fail(core::Errc::unexpected, "a comparison that another node was asked for");
  }
  for (const auto& entry : reply.entries) {
    if (!forwarded.range.contains(entry.key)) {
      return core::fail(core::Errc::unexpected, "a difference outside of what was compared");
    }
  }

  // Every check has passed. From here on nothing can fail.
  forwarded.heard_at = replica_.present().instant;
  forwarded.entries += reply.entries.size();
  for (auto& entry : reply.entries) tell(forwarded.asker, std::move(entry));
  if (!reply.summary) return {};
  auto& summary = *reply.summary;
  if (!summary.trouble.empty()) {
    summary.trouble = forwarded.from.name + " says: " + summary.trouble;
  } else if (summary.keys_differ != forwarded.entries) {
    // A link whose queue is full drops frames.
    summary.trouble = "part of what " + forwarded.from.name + " found was lost on the way";
  }
  tell(forwarded.asker, std::move(summary));
  forwarded_.erase(at);
  return {};
}

void Compares::cancel_forwarded(std::uint64_t number, const Forwarded& forwarded) {
  replica_.outbox.at_once(SendFrame{forwarded.from.id, {replica_.hlc(), CompareCancel{number}}});
}

void Compares::abandon(const Forwarded& forwarded, std::string why) {
  CompareSummary no;
  no.trouble = std::move(why);
  no.from_name = forwarded.from.name;
  no.peer_name = forwarded.peer.name;
  no.peer = forwarded.peer.id;
  no.keys_differ = forwarded.entries;
  tell(forwarded.asker, std::move(no));
}

// ---- links and time -----------------------------------------------------------------------------

void Compares::on_link_down(core::NodeId peer) {
  stop_walks([&](const Asker& asker) {
    const auto* other = std::get_if<Peer>(&asker);
    return other != nullptr && other->id == peer;
  });
  std::erase_if(forwarded_, [&](const auto& entry) {
    const auto& forwarded = entry.second;
    if (forwarded.from.id != peer) return false;
    abandon(forwarded, "the link to " + forwarded.from.name + " went down");
    return true;
  });
}

void Compares::on_time() {
  const auto now = replica_.present().instant;
  for (auto& [number, walk] : walks_) {
    if (std::holds_alternative<Peer>(walk.asker) &&
        now >= walk.told_at + limits::compare_sign_of_life) {
      send_gathered(walk, {});
    }
  }
  std::erase_if(forwarded_, [&](const auto& entry) {
    const auto& [number, forwarded] = entry;
    if (now < forwarded.heard_at + limits::session_patience) return false;
    cancel_forwarded(number, forwarded);
    abandon(forwarded, forwarded.from.name + " has gone silent");
    return true;
  });
}

std::optional<core::Instant> Compares::next_deadline() const {
  std::optional<core::Instant> earliest;
  const auto take = [&](core::Instant at) { earliest = std::min(earliest.value_or(at), at); };
  for (const auto& [number, walk] : walks_) {
    if (std::holds_alternative<Peer>(walk.asker)) take(walk.told_at + limits::compare_sign_of_life);
  }
  for (const auto& [number, forwarded] : forwarded_) {
    take(forwarded.heard_at + limits::session_patience);
  }
  return earliest;
}

void Compares::end_turn() {
  for (auto& [number, walk] : walks_) {
    if (!walk.gathered.empty()) send_gathered(walk, {});
  }
}

}
