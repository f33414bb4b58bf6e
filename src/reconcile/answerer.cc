#include "reconcile/answerer.h"

#include <algorithm>
#include <utility>

#include "core/key.h"
#include "core/limits.h"
#include "reconcile/division.h"
#include "reconcile/options.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;
using core::Errc;
using core::fail;

// Each kind of question has its own credit.
constexpr std::size_t jobs_per_session_max = 3 * limits::session_credit;

}

// ---- admission --------------------------------------------------------------------------------

Verdict Answerer::judge(const Probe& probe) const {
  const bool is_repair = probe.purpose == Purpose::repair;
  const bool is_foreign = probe.digest_version != merkle::digest_version ||
                          probe.horizon != standing_.horizon ||
                          (is_repair && probe.roster_hash != standing_.roster_hash);
  if (is_foreign) return Verdict::foreign;
  if (!standing_.is_ready) return Verdict::starting;
  if (is_repair && standing_.is_frozen) return Verdict::frozen;
  if (probe.basis.cut > index_.newest_cut()) return Verdict::not_yet;
  if (!index_.is_kept(probe.basis.cut)) return Verdict::gone;
  if (probe.root == index_.root(probe.basis.cut)) return Verdict::equal;
  return Verdict::differ;
}

Verdict Answerer::on_probe(core::NodeId from, const Probe& probe, Objection objection,
                           core::Instant now, Effects& effects) {
  ProbeReply reply{
      .session = probe.session, .verdict = judge(probe), .newest_cut = index_.newest_cut()};
  auto* known = guest(from, probe.session);
  if (known != nullptr) known->heard_at = now;
  if (reply.verdict == Verdict::differ && known == nullptr) {
    if (objection == Objection::crossed) {
      reply.verdict = Verdict::crossed;
    } else if (objection == Objection::busy || !admit(from, probe, now)) {
      reply.verdict = Verdict::busy;
    }
  }
  if (reply.verdict == Verdict::differ) {
    if (auto division = train(index_, probe.basis)) reply.train.push_back(std::move(*division));
    reply.count = index_.root(probe.basis.cut).count;
    reply.leaves = index_.leaves();
  }
  if (reply.verdict == Verdict::equal) remove(from, probe.session);
  const auto verdict = reply.verdict;
  effects.push_back(Send{from, std::move(reply)});
  return verdict;
}

bool Answerer::admit(core::NodeId from, const Probe& probe, core::Instant now) {
  // A peer opens one repair with us at a time: a new one says that it has given up the old one.
  if (probe.purpose == Purpose::repair) {
    const auto old = std::ranges::find_if(guests_, [&](const Guest& one) {
      return one.peer == from && one.purpose == Purpose::repair;
    });
    if (old != guests_.end()) remove(from, old->session);
  }
  const auto same = std::ranges::count(guests_, probe.purpose, &Guest::purpose);
  if (static_cast<std::size_t>(same) >= limits::sessions_in_max) return false;
  guests_.push_back({from, probe.session, probe.purpose, now});
  return true;
}

Answerer::Guest* Answerer::guest(core::NodeId peer, SessionId session) {
  const auto found = std::ranges::find_if(
      guests_, [&](const Guest& one) { return one.peer == peer && one.session == session; });
  return found == guests_.end() ? nullptr : &*found;
}

void Answerer::remove(core::NodeId peer, SessionId session) {
  const auto is_of_it = [&](const auto& one) { return one.peer == peer && one.session == session; };
  std::erase_if(guests_, is_of_it);
  std::erase_if(jobs_, [&](const auto& job) { return is_of_it(*job); });
  std::erase_if(merging_, [&](const auto& one) { return is_of_it(one.second); });
}

std::size_t Answerer::jobs_of(core::NodeId peer, SessionId session) const {
  const auto is_of_it = [&](const auto& one) { return one.peer == peer && one.session == session; };
  const auto jobs = std::ranges::count_if(jobs_, [&](const auto& job) { return is_of_it(*job); });
  const auto merges =
      std::ranges::count_if(merging_, [&](const auto& one) { return is_of_it(one.second); });
  return static_cast<std::size_t>(jobs + merges);
}

void Answerer::on_link_down(core::NodeId peer) {
  const auto guests = guests_;
  for (const auto& one : guests) {
    if (one.peer == peer) remove(peer, one.session);
  }
}

void Answerer::close_repairs(Effects& effects) {
  const auto guests = guests_;
  for (const auto& one : guests) {
    if (one.purpose != Purpose::repair) continue;
    remove(one.peer, one.session);
    effects.push_back(Send{one.peer, Abort{one.session}});
  }
}

void Answerer::on_time(core::Instant now) {
  const auto guests = guests_;
  for (const auto& one : guests) {
    if (now >= one.heard_at + limits::session_patience) remove(one.peer, one.session);
  }
}

std::optional<core::Instant> Answerer::next_deadline() const {
  if (guests_.empty()) return std::nullopt;
  return std::ranges::min(guests_, {}, &Guest::heard_at).heard_at + limits::session_patience;
}

bool Answerer::has_session(core::NodeId peer, SessionId session) const {
  return std::ranges::any_of(
      guests_, [&](const Guest& one) { return one.peer == peer && one.session == session; });
}

bool Answerer::has_repair_from(core::NodeId peer) const {
  return std::ranges::any_of(guests_, [&](const Guest& one) {
    return one.peer == peer && one.purpose == Purpose::repair;
  });
}

bool Answerer::has_bulk() const {
  return std::ranges::any_of(guests_, [](const Guest& one) {
    return one.purpose == Purpose::repair && one.records > bulk_records;
  });
}

// ---- questions --------------------------------------------------------------------------------

core::Result<void> Answerer::on_message(core::NodeId from, Message message, core::Instant now,
                                        Effects& effects) {
  const auto session = std::visit([](const auto& one) { return one.session; }, message);
  auto* asker = guest(from, session);
  if (asker == nullptr) {
    // It has outlived its admission here, or was never admitted.
    if (!std::holds_alternative<Abort>(message)) effects.push_back(Send{from, Abort{session}});
    return {};
  }
  if (std::holds_alternative<Abort>(message)) {
    remove(from, session);
    return {};
  }
  if (jobs_of(from, session) >= jobs_per_session_max) {
    return fail(Errc::over_limit, "more questions at a time than the credit allows");
  }
  core::Result<void> good = fail(Errc::unexpected, "an answer where a question belongs");
  if (const auto* descend = std::get_if<Descend>(&message)) {
    good = on(*asker, *descend, now, effects);
  } else if (auto* pull = std::get_if<Pull>(&message)) {
    good = on(*asker, std::move(*pull), now, effects);
  } else if (auto* push = std::get_if<Push>(&message)) {
    good = on(*asker, std::move(*push), effects);
  }
  if (good) asker->heard_at = now;
  return good;
}

core::Result<void> Answerer::on(const Guest& guest, const Descend& descend, core::Instant now,
                                Effects& effects) {
  if (auto good = ListJob::check(descend); !good) return good;
  if (!index_.is_kept(descend.basis.cut)) {
    effects.push_back(
        Send{guest.peer,
             DescendReply{.session = descend.session, .request = descend.request, .gone = true}});
    return {};
  }
  jobs_.push_back(
      std::make_unique<Job>(guest.peer, guest.session, ListJob{index_, tickets_, descend, now}));
  go_on(jobs_.size() - 1, effects);
  return {};
}

core::Result<void> Answerer::on(Guest& guest, Pull pull, core::Instant now, Effects& effects) {
  if (auto good = PullJob::check(pull); !good) return good;
  if (pull.want == ports::Want::values && guest.purpose == Purpose::compare) {
    return fail(Errc::unexpected, "a comparison that asks for values");
  }
  if (pull.want == ports::Want::heads && !index_.is_kept(pull.basis.cut)) {
    effects.push_back(Send{
        guest.peer, PullReply{.session = pull.session, .request = pull.request, .gone = true}});
    return {};
  }
  for (const auto& wanted : pull.wanted) guest.records += wanted.keys.size();
  jobs_.push_back(std::make_unique<Job>(guest.peer, guest.session,
                                        PullJob{index_, tickets_, std::move(pull), now}));
  go_on(jobs_.size() - 1, effects);
  return {};
}

core::Result<void> Answerer::on(Guest& guest, Push push, Effects& effects) {
  if (guest.purpose == Purpose::compare) return fail(Errc::unexpected, "a comparison that writes");
  for (const auto& [key, record] : push.records) {
    if (!core::is_encoded_key(key)) {
      return fail(Errc::malformed, "a record under what is no key");
    }
  }
  guest.records += push.records.size();
  const auto ticket = tickets_.draw();
  merging_.emplace(ticket, Merging{guest.peer, guest.session, push.request});
  effects.push_back(Merge{ticket, guest.peer, std::move(push.records)});
  return {};
}

// ---- jobs -------------------------------------------------------------------------------------

// Asks the store for what the job needs next, or sends its answer and ends it.
void Answerer::go_on(std::size_t place, Effects& effects) {
  auto& job = *jobs_[place];
  std::visit(
      [&](auto& work) {
        if (!work.is_done()) {
          work.ask(effects);
          return;
        }
        effects.push_back(Send{job.peer, work.take_reply()});
        jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(place));
      },
      job.work);
}

bool Answerer::on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now,
                         Effects& effects) {
  for (std::size_t place = 0; place < jobs_.size(); ++place) {
    const bool is_its = std::visit([&](auto& work) { return work.on_listed(ticket, listing, now); },
                                   jobs_[place]->work);
    if (!is_its) continue;
    go_on(place, effects);
    return true;
  }
  return false;
}

bool Answerer::on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records,
                          Effects& effects) {
  for (std::size_t place = 0; place < jobs_.size(); ++place) {
    auto* pull = std::get_if<PullJob>(&jobs_[place]->work);
    if (pull == nullptr || !pull->on_fetched(ticket, records)) continue;
    go_on(place, effects);
    return true;
  }
  return false;
}

bool Answerer::on_merged(std::uint64_t ticket, std::uint64_t taken, Effects& effects) {
  const auto merged = merging_.extract(ticket);
  if (merged.empty()) return false;
  const auto& [peer, session, request] = merged.mapped();
  effects.push_back(Send{peer, PushReply{.session = session, .request = request, .taken = taken}});
  return true;
}

}
