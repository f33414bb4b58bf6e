#include "reconcile/reconcile.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;

bool is_answer(const Message& message) {
  return std::holds_alternative<ProbeReply>(message) ||
         std::holds_alternative<DescendReply>(message) ||
         std::holds_alternative<PullReply>(message) || std::holds_alternative<PushReply>(message);
}

std::optional<core::Instant> earlier(std::optional<core::Instant> a,
                                     std::optional<core::Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}

Reconcile::Reconcile(ReconcileOptions options, const merkle::Index& index, core::Prng prng)
    : options_{options},
      index_{index},
      prng_{prng.fork("sessions")},
      opening_{prng.fork("opening")},
      answerer_{index, standing_, tickets_} {
  if (options.repair_bytes_per_second == 0) return;
  const auto burst = limits::session_credit * limits::batch_bytes_max;
  pace_.emplace(pacing::BucketOptions{options.repair_bytes_per_second, burst}, core::Instant{});
}

void Reconcile::set_standing(const Standing& standing, core::Instant now, Effects& effects) {
  if (standing == standing_) return;
  standing_ = standing;
  for (auto& [id, session] : sessions_) {
    if (session->options().purpose != Purpose::repair) continue;
    session->give_up("roster, horizon or readiness has changed here", now, effects);
  }
  answerer_.close_repairs(effects);
  reap(now);
}

// ---- opening ----------------------------------------------------------------------------------

void Reconcile::on_root_heard(core::NodeId peer, core::Cut cut, const merkle::Summary& root,
                              core::Instant now) {
  if (!has_repair_with(peer)) opening_.on_root_heard({peer, cut, root}, now);
}

bool Reconcile::has_repair_with(core::NodeId peer) const {
  return answerer_.has_repair_from(peer) || std::ranges::any_of(sessions_, [&](const auto& one) {
           return one.second->options().peer == peer &&
                  one.second->options().purpose == Purpose::repair;
         });
}

std::size_t Reconcile::repairs_out() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      sessions_, [](const auto& one) { return one.second->options().purpose == Purpose::repair; }));
}

// A reason that has become none, or that cannot be followed now, is dropped: while it stands, the
// next beat brings it again.
void Reconcile::open_due(core::Instant now, Effects& effects) {
  for (const auto& [peer, cut, root] : opening_.take_due(now)) {
    const bool is_stale = !index_.is_kept(cut) || index_.root(cut) == root;
    const bool may_open = standing_.is_ready && !standing_.is_frozen && !has_repair_with(peer) &&
                          repairs_out() < limits::sessions_out_max && !has_bulk();
    if (is_stale || !may_open) continue;
    ++stats_.opened;
    open({.id = {prng_.next()}, .peer = peer, .range = core::all_users(), .cut = cut}, now,
         effects);
  }
}

Session& Reconcile::open(SessionOptions options, core::Instant now, Effects& effects) {
  const auto id = options.id;
  const SessionSeams seams{index_, standing_, tickets_, pace_ ? &*pace_ : nullptr};
  auto& session = sessions_[id];
  session = std::make_unique<Session>(std::move(options), seams, prng_.fork("session"));
  session->start(now, effects);
  return *session;
}

std::uint64_t Reconcile::compare(core::NodeId peer, const core::Range& range, core::Cut cut,
                                 core::Instant now, Effects& effects) {
  const auto number = ++stats_.compares;
  open({.id = {prng_.next()},
        .peer = peer,
        .purpose = Purpose::compare,
        .range = range,
        .cut = cut,
        .compare = number},
       now, effects);
  reap(now);
  return number;
}

void Reconcile::cancel_compare(std::uint64_t compare, Effects& effects) {
  std::erase_if(sessions_, [&](const auto& one) {
    const auto& options = one.second->options();
    const bool is_it = options.purpose == Purpose::compare && options.compare == compare;
    if (is_it) effects.push_back(Send{options.peer, Abort{options.id}});
    return is_it;
  });
}

// ---- messages ---------------------------------------------------------------------------------

core::Result<void> Reconcile::on_message(core::NodeId from, Message message, core::Instant now,
                                         Effects& effects) {
  core::Result<void> good;
  if (const auto* probe = std::get_if<Probe>(&message)) {
    good = on_probe(from, *probe, now, effects);
  } else {
    const auto id = std::visit([](const auto& one) { return one.session; }, message);
    const bool is_ours = sessions_.contains(id) && sessions_.at(id)->options().peer == from;
    if (is_ours) {
      good = on_reply(from, std::move(message), now, effects);
    } else if (is_answer(message)) {
      ++stats_.stale_messages;  // The session has ended here while the answer was on its way.
    } else {
      good = answerer_.on_message(from, std::move(message), now, effects);
    }
  }
  if (!good) ++stats_.errors;
  return good;
}

core::Result<void> Reconcile::on_reply(core::NodeId from, Message message, core::Instant now,
                                       Effects& effects) {
  const auto id = std::visit([](const auto& one) { return one.session; }, message);
  auto good = sessions_.at(id)->on_message(std::move(message), now, effects);
  if (good) opening_.on_heard(from);
  reap(now);
  return good;
}

bool Reconcile::has_bulk() const {
  return answerer_.has_bulk() ||
         std::ranges::any_of(sessions_, [](const auto& one) { return one.second->is_bulk(); });
}

Answerer::Objection Reconcile::objection_to(core::NodeId from, const Probe& probe) const {
  if (probe.purpose == Purpose::compare) return Answerer::Objection::none;
  const bool has_own = std::ranges::any_of(sessions_, [&](const auto& one) {
    return one.second->options().peer == from && one.second->options().purpose == Purpose::repair;
  });
  if (has_own && options_.self < from) return Answerer::Objection::crossed;
  return has_bulk() ? Answerer::Objection::busy : Answerer::Objection::none;
}

core::Result<void> Reconcile::on_probe(core::NodeId from, const Probe& probe, core::Instant now,
                                       Effects& effects) {
  const bool is_known = answerer_.has_session(from, probe.session);
  const auto verdict = answerer_.on_probe(from, probe, objection_to(from, probe), now, effects);
  if (verdict != Verdict::equal && verdict != Verdict::differ) ++stats_.refused;
  if (verdict == Verdict::differ && !is_known) ++stats_.admitted;
  return {};
}

void Reconcile::on_link_down(core::NodeId peer, core::Instant now, Effects& effects) {
  answerer_.on_link_down(peer);
  for (auto& [id, session] : sessions_) {
    if (session->options().peer == peer) session->on_link_down(now, effects);
  }
  reap(now);
}

// ---- answers of the node ----------------------------------------------------------------------

void Reconcile::on_listed(std::uint64_t ticket, ports::Listing listing, core::Instant now,
                          Effects& effects) {
  const bool is_answerers = answerer_.on_listed(ticket, listing, now, effects);
  for (auto& [id, session] : sessions_) {
    if (is_answerers || session->on_listed(ticket, listing, now, effects)) break;
  }
  reap(now);
}

void Reconcile::on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>> records,
                           core::Instant now, Effects& effects) {
  const bool is_answerers = answerer_.on_fetched(ticket, records, effects);
  for (auto& [id, session] : sessions_) {
    if (is_answerers || session->on_fetched(ticket, records, now, effects)) break;
  }
  reap(now);
}

void Reconcile::on_merged(std::uint64_t ticket, std::uint64_t taken, core::Instant now,
                          Effects& effects) {
  const bool is_answerers = answerer_.on_merged(ticket, taken, effects);
  for (auto& [id, session] : sessions_) {
    if (is_answerers || session->on_merged(ticket, taken, now, effects)) break;
  }
  reap(now);
}

// ---- time -------------------------------------------------------------------------------------

void Reconcile::on_time(core::Instant now, Effects& effects) {
  answerer_.on_time(now);
  for (auto& [id, session] : sessions_) session->on_time(now, effects);
  reap(now);
  open_due(now, effects);
  reap(now);
}

std::optional<core::Instant> Reconcile::next_deadline() const {
  auto next = earlier(opening_.next_deadline(), answerer_.next_deadline());
  for (const auto& [id, session] : sessions_) next = earlier(next, session->next_deadline());
  return next;
}

void Reconcile::reap(core::Instant now) {
  std::erase_if(sessions_, [&](const auto& one) {
    const auto& session = *one.second;
    if (session.state() != Session::State::finished) return false;
    const auto& options = session.options();
    if (options.purpose == Purpose::compare) return true;
    const bool is_done =
        session.outcome() != Outcome::refused && session.outcome() != Outcome::failed;
    if (is_done) {
      opening_.on_done(options.peer, session.cut());
    } else if (session.outcome() == Outcome::refused) {
      opening_.on_refused(options.peer, now);
    } else {
      opening_.on_failed(options.peer, session.was_unreachable(), now);
    }
    return true;
  });
}

}
