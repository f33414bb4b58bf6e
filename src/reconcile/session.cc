#include "reconcile/session.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "reconcile/comparison.h"
#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

namespace limits = core::limits;
using namespace std::chrono_literals;
using core::Errc;
using core::fail;

constexpr auto cut_poll = 50ms;    // How soon our own next cut is noticed.
constexpr auto cut_retry = 300ms;  // Between two probes for a cut that the peer lacks.
constexpr auto cut_patience = 3s;  // A cut is applied at most 2.5 s after any moment before it.
constexpr std::size_t probes_max = 128;  // A cut is let go every few seconds of a long session.
// Listing stops while so much of what it found waits to be moved.
constexpr std::size_t leaves_waiting_max = 256;
constexpr std::size_t keys_waiting_max = 16 * 1024;

const char* text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::busy:
      return "too many sessions there";
    case Verdict::crossed:
      return "its own session with us is open";
    case Verdict::frozen:
      return "it is frozen";
    case Verdict::starting:
      return "it is starting";
    case Verdict::foreign:
      return "another digest version, horizon or roster";
    default:
      return "it does not have the cut";
  }
}

bool is_exchange(const Message& message) {
  const auto* pull = std::get_if<Pull>(&message);
  return std::holds_alternative<Push>(message) || std::holds_alternative<PushReply>(message) ||
         (pull != nullptr && pull->want == ports::Want::values);
}

}

Session::Session(SessionOptions options, SessionSeams seams, core::Prng prng)
    : options_{std::move(options)},
      seams_{seams},
      prng_{prng},
      descent_{seams.index, options_.range},
      leaves_{seams.index, seams.tickets, options_.purpose},
      pulls_{seams.index.digest_key()} {}

void Session::start(core::Instant now, Effects& effects) {
  started_at_ = now;
  wait_ends_at_ = now + cut_patience;
  after_wait_ = State::probing;
  on_wait_over(now, effects);
}

// ---- the opening ------------------------------------------------------------------------------

core::Cut Session::cut_to_probe(State next) const {
  const auto newest = seams_.index.newest_cut();
  if (next == State::verifying && seams_.index.is_kept(basis_.cut)) return basis_.cut;
  if (!peers_newest_) return newest;
  const auto both = std::max(options_.cut, std::min(newest, *peers_newest_));
  return seams_.index.is_kept(both) ? both : newest;
}

void Session::probe(State next, core::Instant now, Effects& effects) {
  if (++probes_ > probes_max) {
    end(Outcome::failed, "no cut stays long enough", Farewell::said, now, effects);
    return;
  }
  basis_ = {.cut = cut_to_probe(next), .salt = prng_.next()};
  state_ = next;
  say(Probe{.session = options_.id,
            .purpose = options_.purpose,
            .basis = basis_,
            .root = seams_.index.root(basis_.cut),
            .horizon = seams_.standing.horizon,
            .roster_hash = seams_.standing.roster_hash,
            .digest_version = merkle::digest_version},
      now, effects);
}

void Session::look_again(State next, core::Instant now, Effects& effects) {
  wait_ends_at_ = now + cut_patience;
  probe(next, now, effects);
}

void Session::wait(State next, core::Instant now) {
  state_ = State::waiting;
  after_wait_ = next;
  wake_at_ = now + cut_retry;
}

void Session::on_wait_over(core::Instant now, Effects& effects) {
  if (seams_.standing.is_ready && seams_.index.newest_cut() >= options_.cut) {
    if (probes_ == 0) wait_ends_at_ = now + cut_patience;  // From here on the peer's turn.
    probe(after_wait_, now, effects);
  } else if (now >= wait_ends_at_) {
    end(Outcome::refused, "the cut has not come here in time", Farewell::unsaid, now, effects);
  } else {
    wake_at_ = now + cut_poll;
  }
}

core::Result<void> Session::on(ProbeReply reply, core::Instant now, Effects& effects) {
  if (state_ != State::probing && state_ != State::verifying) {
    return fail(Errc::unexpected, "nobody asked for this root");
  }
  switch (reply.verdict) {
    case Verdict::equal: {
      on_answer(now);
      const auto outcome = was_equal() ? Outcome::equal : Outcome::repaired;
      // A comparison that has found something before it took a newer cut keeps what it found.
      const bool has_found = options_.purpose == Purpose::compare && figures_.keys_differ > 0;
      end(has_found ? Outcome::compared : outcome, {}, Farewell::unsaid, now, effects);
      return {};
    }
    case Verdict::differ:
      if (state_ == State::probing && !has_train_) {
        // The answer took so long that the cut it is about is gone here.
        if (!seams_.index.is_kept(basis_.cut)) {
          on_answer(now);
          look_again(State::probing, now, effects);
          return {};
        }
        auto good = descent_.on_train(reply.train, basis_);
        if (!good) return good;
        has_train_ = true;
      }
      on_answer(now);
      if (state_ == State::verifying) {
        end(Outcome::incomplete, "roots still differ", Farewell::said, now, effects);
        return {};
      }
      state_ = State::walking;
      pump(now, effects);
      return {};
    case Verdict::not_yet:
    case Verdict::gone:
      on_answer(now);
      on_no_such_cut(reply, now, effects);
      return {};
    default:
      on_answer(now);
      end(Outcome::refused, text_of(reply.verdict), Farewell::unsaid, now, effects);
      return {};
  }
}

void Session::on_no_such_cut(const ProbeReply& reply, core::Instant now, Effects& effects) {
  const auto next = state_;
  peers_newest_ = reply.newest_cut;
  if (now >= wait_ends_at_) {
    end(Outcome::refused, text_of(reply.verdict), Farewell::said, now, effects);
  } else if (cut_to_probe(next) != basis_.cut && probes_ < 4) {
    probe(next, now, effects);
  } else {
    wait(next, now);
  }
}

// ---- the walk ---------------------------------------------------------------------------------

core::Result<void> Session::on(DescendReply reply, core::Instant now, Effects& effects) {
  const auto cut = descent_.cut_of(reply.request);
  if (!cut) return fail(Errc::unexpected, "nobody asked for this division");
  if (reply.gone || !seams_.index.is_kept(*cut)) {
    on_answer(now);
    descent_.put_back(reply.request);
    if (state_ == State::walking) look_again(State::probing, now, effects);
    return {};
  }
  auto leaves = descent_.on_reply(reply);
  if (!leaves) return std::unexpected{leaves.error()};
  on_answer(now);
  for (auto& leaf : *leaves) leaves_.add(std::move(leaf));
  pump(now, effects);
  return {};
}

bool Session::on_listed(std::uint64_t ticket, ports::Listing& listing, core::Instant now,
                        Effects& effects) {
  if (!leaves_.on_listed(ticket, listing)) return false;
  take_leaf_steps(now, effects);
  if (state_ != State::finished) pump(now, effects);
  return true;
}

void Session::take_leaf_steps(core::Instant now, Effects& effects) {
  while (state_ != State::finished) {
    auto step = leaves_.take_step();
    if (!step) return;
    take(std::move(*step), now, effects);
  }
}

void Session::take(Leaves::Step step, core::Instant now, Effects& effects) {
  const bool is_compare = options_.purpose == Purpose::compare;
  if (step.is_lost) {
    // What was told of a comparison cannot be taken back; records may well move twice.
    if (is_compare && !step.is_first) {
      end(Outcome::failed, "a range was too long for its cut", Farewell::said, now, effects);
    } else {
      descent_.list_again(std::move(step.range), step.round);
    }
    return;
  }
  for (auto& [ours, ahead] : step.differing) {
    if (is_compare) {
      if (ahead != Ahead::only_ours) continue;  // Told when the peer's record is here.
      find({options_.compare, std::move(ours.key), ours.head, {}, ours.value_bytes, 0}, effects);
    } else {
      ++figures_.keys_differ;
      if (ahead == Ahead::theirs) continue;
      pushes_.offer({std::move(ours.key), ours.value_bytes, step.round});
    }
  }
  if (!is_compare) figures_.keys_differ += step.only_theirs;
  if (step.has_difference) ++figures_.leaves_differ;
  if (step.wish) pulls_.want(std::move(*step.wish));
}

void Session::find(Found found, Effects& effects) {
  if (!options_.range.contains(found.key)) return;
  ++figures_.keys_differ;
  effects.push_back(std::move(found));
}

// ---- the exchange -----------------------------------------------------------------------------

core::Result<void> Session::on(PullReply reply, core::Instant now, Effects& effects) {
  if (!pulls_.has_asked(reply.request)) {
    return fail(Errc::unexpected, "nobody asked for these records");
  }
  if (reply.gone) {
    on_answer(now);
    pulls_.put_back(reply.request);
    if (state_ == State::walking) look_again(State::probing, now, effects);
    return {};
  }
  auto ours = pulls_.on_reply(reply);
  if (!ours) return std::unexpected{ours.error()};
  on_answer(now);
  if (options_.purpose == Purpose::compare) {
    auto differing = compare_records(options_.compare, options_.range, std::move(*ours), reply);
    for (auto& found : differing) find(std::move(found), effects);
  } else if (!reply.records.empty()) {
    figures_.records_received += reply.records.size();
    const auto ticket = seams_.tickets.draw();
    merging_.insert(ticket);
    effects.push_back(Merge{ticket, options_.peer, std::move(reply.records)});
  }
  pump(now, effects);
  return {};
}

bool Session::on_merged(std::uint64_t ticket, std::uint64_t taken, core::Instant now,
                        Effects& effects) {
  if (merging_.erase(ticket) == 0) return false;
  figures_.records_taken += taken;
  pump(now, effects);
  return true;
}

bool Session::on_fetched(std::uint64_t ticket, std::vector<std::optional<core::Record>>& records,
                         core::Instant now, Effects& effects) {
  auto fetched = fetching_.extract(ticket);
  if (fetched.empty()) return false;
  auto& offers = fetched.mapped();
  std::vector<ports::KeyedRecord> batch;
  std::uint64_t round = 0;
  for (std::size_t i = 0; i < std::min(offers.size(), records.size()); ++i) {
    round = std::max(round, offers[i].round);
    if (records[i]) batch.push_back({std::move(offers[i].key), std::move(*records[i])});
  }
  batch = pushes_.fit(std::move(batch), round);
  if (!batch.empty()) {
    figures_.records_sent += batch.size();
    Push push{.session = options_.id, .request = ++requests_, .records = std::move(batch)};
    pushing_.emplace(push.request, round + 1);
    say(std::move(push), now, effects);
  }
  pump(now, effects);
  return true;
}

core::Result<void> Session::on(PushReply reply, core::Instant now, Effects& effects) {
  const auto pushed = pushing_.extract(reply.request);
  if (pushed.empty()) return fail(Errc::unexpected, "nobody pushed this");
  on_answer(now);
  push_rounds_ = std::max(push_rounds_, pushed.mapped());
  figures_.records_taken += reply.taken;
  pump(now, effects);
  return {};
}

core::Result<void> Session::on(Abort, core::Instant now, Effects& effects) {
  end(Outcome::failed, "the peer gave up", Farewell::unsaid, now, effects);
  return {};
}

// ---- what comes next --------------------------------------------------------------------------

void Session::pump(core::Instant now, Effects& effects) {
  if (!has_train_ || state_ == State::finished || state_ == State::verifying) return;
  leaves_.ask(effects);
  paced_until_.reset();
  const bool needs_cut =
      descent_.has_pieces() || (options_.purpose == Purpose::compare && pulls_.keys_waiting() > 0);
  if (state_ == State::walking && needs_cut && !seams_.index.is_kept(basis_.cut)) {
    look_again(State::probing, now, effects);
  }
  if (state_ == State::finished) return;
  if (state_ == State::walking) ask_divisions(now, effects);
  if (options_.purpose == Purpose::repair || state_ == State::walking) ask_records(now, effects);
  fetch_offers(now, effects);
  if (state_ != State::walking || !has_all_moved()) return;
  if (options_.purpose == Purpose::repair) {
    look_again(State::verifying, now, effects);
  } else {
    end(figures_.keys_differ == 0 ? Outcome::equal : Outcome::compared, {}, Farewell::said, now,
        effects);
  }
}

bool Session::may_spend(std::uint64_t bytes, core::Instant now) {
  if (seams_.pace == nullptr || seams_.pace->take(bytes, now)) return true;
  const auto when = seams_.pace->when(bytes, now);
  paced_until_ = paced_until_ ? std::min(*paced_until_, when) : when;
  return false;
}

bool Session::may_list() const {
  return leaves_.size() < leaves_waiting_max &&
         pulls_.keys_waiting() + pushes_.waiting() < keys_waiting_max;
}

void Session::ask_divisions(core::Instant now, Effects& effects) {
  while (descent_.in_flight() < limits::session_credit) {
    auto question = descent_.take_question(basis_, requests_ + 1, may_list());
    if (!question) return;
    ++requests_;
    question->session = options_.id;
    say(std::move(*question), now, effects);
  }
}

void Session::ask_records(core::Instant now, Effects& effects) {
  const bool is_repair = options_.purpose == Purpose::repair;
  // Small batches would use up the credit while leaves that are being read bring more.
  while (pulls_.keys_waiting() > 0 && (leaves_.is_empty() || pulls_.has_full_batch()) &&
         pulls_.in_flight() + merging_.size() < limits::session_credit) {
    if (is_repair && !may_spend(pulls_.expected_bytes(), now)) return;
    auto question = pulls_.take_question(basis_, ++requests_,
                                         is_repair ? ports::Want::values : ports::Want::heads);
    question->session = options_.id;
    say(std::move(*question), now, effects);
  }
}

void Session::fetch_offers(core::Instant now, Effects& effects) {
  while (pushes_.waiting() > 0 && (leaves_.is_empty() || pushes_.has_full_batch()) &&
         fetching_.size() + pushing_.size() < limits::session_credit) {
    if (!may_spend(pushes_.batch_bytes(), now)) return;
    auto offers = pushes_.take_batch();
    Fetch fetch{.ticket = seams_.tickets.draw()};
    for (const auto& offer : offers) fetch.keys.push_back(offer.key);
    fetching_.emplace(fetch.ticket, std::move(offers));
    effects.push_back(std::move(fetch));
  }
}

bool Session::has_all_moved() const {
  return descent_.is_done() && leaves_.is_empty() && pulls_.is_done() && pushes_.waiting() == 0 &&
         fetching_.empty() && pushing_.empty() && merging_.empty();
}

// ---- figures, patience, the end ---------------------------------------------------------------

core::Result<void> Session::on_message(Message message, core::Instant now, Effects& effects) {
  const auto before = figures_;
  count_received(message);
  auto good = std::visit([&](auto& one) { return on(std::move(one), now, effects); }, message);
  if (!good) figures_ = before;
  return good;
}

void Session::say(Message message, core::Instant now, Effects& effects) {
  (is_exchange(message) ? figures_.exchange_sent : figures_.descent_sent) += size_of(message);
  if (!std::holds_alternative<Abort>(message) && awaited_++ == 0) heard_at_ = now;
  effects.push_back(Send{options_.peer, std::move(message)});
}

void Session::count_received(const Message& message) {
  const bool are_values =
      std::holds_alternative<PushReply>(message) ||
      (std::holds_alternative<PullReply>(message) && options_.purpose == Purpose::repair);
  (are_values ? figures_.exchange_received : figures_.descent_received) += size_of(message);
}

void Session::on_answer(core::Instant now) {
  --awaited_;
  heard_at_ = now;
}

void Session::on_link_down(core::Instant now, Effects& effects) {
  was_unreachable_ = true;
  end(Outcome::failed, "the link is down", Farewell::unsaid, now, effects);
}

void Session::on_time(core::Instant now, Effects& effects) {
  if (state_ == State::finished) return;
  if (now >= started_at_ + limits::session_deadline) {
    end(Outcome::failed, "it took too long", Farewell::said, now, effects);
  } else if (awaited_ > 0 && now >= heard_at_ + limits::session_patience) {
    was_unreachable_ = true;
    end(Outcome::failed, "the peer is silent", Farewell::said, now, effects);
  } else if (state_ == State::waiting && now >= wake_at_) {
    on_wait_over(now, effects);
  } else if (paced_until_ && now >= *paced_until_) {
    pump(now, effects);
  }
}

std::optional<core::Instant> Session::next_deadline() const {
  if (state_ == State::finished) return std::nullopt;
  auto next = started_at_ + limits::session_deadline;
  if (awaited_ > 0) next = std::min(next, heard_at_ + limits::session_patience);
  if (state_ == State::waiting) next = std::min(next, wake_at_);
  if (paced_until_) next = std::min(next, *paced_until_);
  return next;
}

void Session::give_up(std::string why, core::Instant now, Effects& effects) {
  if (state_ == State::finished) return;
  end(Outcome::failed, std::move(why), Farewell::said, now, effects);
}

void Session::end(Outcome outcome, std::string trouble, Farewell farewell, core::Instant now,
                  Effects& effects) {
  if (farewell == Farewell::said && probes_ > 0) say(Abort{options_.id}, now, effects);
  state_ = State::finished;
  outcome_ = outcome;
  figures_.cut = basis_.cut;
  figures_.ranges_compared = descent_.ranges_compared();
  figures_.round_trips = std::max({descent_.rounds(), pulls_.rounds(), push_rounds_}) +
                         std::max(probes_, std::size_t{1}) - 1;
  figures_.took = now - started_at_;
  effects.push_back(Ended{.peer = options_.peer,
                          .purpose = options_.purpose,
                          .compare = options_.compare,
                          .outcome = outcome,
                          .trouble = std::move(trouble),
                          .figures = figures_});
}

}
