#include "node/sessions.h"

#include <algorithm>
#include <utility>

namespace starling::node {

using reconcile::Outcome;

Sessions::Sessions(Replica& replica, gossip::Beats& beats, core::Prng prng)
    : replica_{replica},
      beats_{beats},
      reconcile_{
          {replica.options.id, replica.options.repair_bytes_per_second}, replica.index, prng} {}

void Sessions::set_standing(const reconcile::Standing& standing) {
  reconcile::Effects effects;
  reconcile_.set_standing(standing, replica_.present().instant, effects);
  perform(std::move(effects));
}

void Sessions::on_root_heard(core::NodeId peer, core::Cut cut, const merkle::Summary& root) {
  reconcile_.on_root_heard(peer, cut, root, replica_.present().instant);
}

core::Result<void> Sessions::on_message(core::NodeId from, reconcile::Message message) {
  reconcile::Effects effects;
  auto result =
      reconcile_.on_message(from, std::move(message), replica_.present().instant, effects);
  perform(std::move(effects));
  return result;
}

void Sessions::on_link_down(core::NodeId peer) {
  reconcile::Effects effects;
  reconcile_.on_link_down(peer, replica_.present().instant, effects);
  perform(std::move(effects));
}

void Sessions::on_time() {
  reconcile::Effects effects;
  reconcile_.on_time(replica_.present().instant, effects);
  perform(std::move(effects));
}

// The first cut that contains everything written before the call.
std::uint64_t Sessions::compare(core::NodeId peer, std::string peer_name, const core::Range& range,
                                OnCompared told) {
  ++replica_.counters.compares;
  reconcile::Effects effects;
  const auto number = reconcile_.compare(peer, range, core::cut_of(replica_.hlc()),
                                         replica_.present().instant, effects);
  comparisons_.emplace(number, Comparison{std::move(peer_name), std::move(told)});
  perform(std::move(effects));
  return number;
}

void Sessions::cancel_compare(std::uint64_t number) {
  if (comparisons_.erase(number) == 0) return;
  reconcile::Effects effects;
  reconcile_.cancel_compare(number, effects);
  perform(std::move(effects));
}

void Sessions::perform(reconcile::Effects effects) {
  for (auto& effect : effects) {
    std::visit([this](auto&& one) { perform(std::move(one)); }, std::move(effect));
  }
}

void Sessions::perform(reconcile::Send&& send) {
  replica_.outbox.at_once(
      SendFrame{send.peer, {replica_.hlc(), StreamBody{std::move(send.message)}}});
}

void Sessions::perform(reconcile::List&& list) {
  replica_.list(list.range, list.options, [this, ticket = list.ticket](ports::Listing listing) {
    reconcile::Effects effects;
    reconcile_.on_listed(ticket, std::move(listing), replica_.present().instant, effects);
    perform(std::move(effects));
  });
}

void Sessions::perform(reconcile::Fetch&& fetch) {
  auto keys = fetch.keys;
  std::size_t bytes = 0;
  for (const auto& key : keys) bytes += key.size();
  replica_.when_readable(std::move(keys), bytes, [this, fetch = std::move(fetch)] {
    std::vector<std::optional<core::Record>> found;
    for (const auto& key : fetch.keys) {
      const auto& stored = replica_.records.pinned(key);
      if (stored.presence == ports::Presence::corrupt) {
        replica_.note_corrupt(key, stored.record.head);
      }
      const bool may_leave =
          stored.presence == ports::Presence::found && replica_.may_leave(stored.record);
      found.push_back(may_leave ? std::optional{stored.record} : std::nullopt);
    }
    reconcile::Effects effects;
    reconcile_.on_fetched(fetch.ticket, std::move(found), replica_.present().instant, effects);
    perform(std::move(effects));
  });
}

void Sessions::perform(reconcile::Merge&& merge) {
  replica_.merge(std::move(merge.records), [this, ticket = merge.ticket](std::uint64_t taken) {
    replica_.counters.exchanged_in += taken;
    reconcile::Effects effects;
    reconcile_.on_merged(ticket, taken, replica_.present().instant, effects);
    perform(std::move(effects));
  });
}

void Sessions::perform(reconcile::Found&& found) {
  const auto asked = comparisons_.find(found.compare);
  if (asked == comparisons_.end()) return;
  asked->second.told(CompareEntry{std::move(found.key), found.ours, found.theirs, found.our_bytes,
                                  found.their_bytes});
}

void Sessions::perform(reconcile::Ended&& ended) {
  if (ended.purpose == reconcile::Purpose::compare) {
    end_comparison(ended);
  } else {
    end_repair(ended);
  }
}

void Sessions::perform(core::Notice&& notice) { replica_.outbox.at_once(std::move(notice)); }

void Sessions::end_comparison(const reconcile::Ended& ended) {
  auto asked = comparisons_.extract(ended.compare);
  if (asked.empty()) return;
  const auto& figures = ended.figures;
  CompareSummary summary;
  if (ended.outcome != Outcome::equal && ended.outcome != Outcome::compared) {
    summary.trouble = ended.trouble.empty() ? "the comparison failed" : ended.trouble;
  }
  summary.from_name = replica_.options.name;
  summary.peer_name = std::move(asked.mapped().peer_name);
  summary.peer = ended.peer;
  summary.cut = figures.cut;
  summary.leaves = replica_.index.leaves();
  summary.ranges_compared = figures.ranges_compared;
  summary.leaves_differ = figures.leaves_differ;
  summary.keys_differ = figures.keys_differ;
  summary.in_flight = replica_.index.versions_newer_than(figures.cut);
  summary.bytes_sent = figures.descent_sent + figures.exchange_sent;
  summary.bytes_received = figures.descent_received + figures.exchange_received;
  summary.round_trips = figures.round_trips;
  summary.took = figures.took;
  asked.mapped().told(std::move(summary));
}

void Sessions::end_repair(const reconcile::Ended& ended) {
  const auto& figures = ended.figures;
  auto& counters = replica_.counters;
  switch (ended.outcome) {
    case Outcome::equal:
      ++counters.sessions_equal;
      break;
    case Outcome::repaired:
      ++counters.sessions_repaired;
      break;
    default:
      ++counters.sessions_failed;
  }
  counters.exchanged_out += figures.records_sent;
  counters.descent_bytes += figures.descent_sent + figures.descent_received;
  counters.exchange_bytes_in += figures.exchange_received;
  counters.exchange_bytes_out += figures.exchange_sent;
  const bool is_equal = ended.outcome == Outcome::equal || ended.outcome == Outcome::repaired;
  if (is_equal && replica_.index.is_kept(figures.cut)) {
    beats_.on_equal(ended.peer, figures.cut, replica_.index.root(figures.cut));
  }
  replica_.notice(ended.trouble.empty() ? core::Severity::info : core::Severity::warning, "session",
                  "with " + core::to_text(ended.peer) + ": " +
                      std::to_string(figures.records_sent) + " records sent, " +
                      std::to_string(figures.records_received) + " received, " +
                      std::to_string(figures.round_trips) + " round trips, " +
                      std::to_string(figures.descent_sent + figures.descent_received) +
                      " bytes of descent" + (ended.trouble.empty() ? "" : "; " + ended.trouble));
}

}
