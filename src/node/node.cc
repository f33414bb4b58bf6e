#include "node/node.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace starling::node {
namespace {

template <typename Deadline>
void take_earlier(std::optional<core::Instant>& earliest, const Deadline& other) {
  if (other && (!earliest || *other < *earliest)) earliest = other;
}

}

Node::Node(NodeOptions options, const Persisted& persisted, const ports::StoreView& store,
           core::Prng prng)
    : replica_{options, persisted, store},
      members_{{},
               {options.id, options.name, options.address, persisted.incarnation + 1},
               prng.fork("membership")},
      beats_{prng.fork("beats")},
      joining_{replica_, members_, persisted},
      sessions_{replica_, beats_, prng.fork("sessions")},
      compares_{replica_, members_, joining_, sessions_},
      local_calls_{replica_},
      loader_{replica_},
      clock_watch_{options.clock_ahead_ms_max},
      is_frozen_{persisted.frozen} {}

void Node::start(core::Now now) {
  replica_.set_now(now);
  started_at_ = now.instant;
  replica_.records.write_meta(ports::Meta::incarnation,
                              encode_meta_number(members_.self().incarnation));
  membership::Effects effects;
  members_.start(now.instant, effects);
  perform(std::move(effects));
  joining_.start();
  loader_.start();
}

void Node::handle(Event event, core::Now now) {
  replica_.set_now(now);
  std::visit([this](auto&& one) { on(std::move(one)); }, std::move(event));
}

Effects Node::end_turn(core::Now now) {
  replica_.set_now(now);
  on_new_cut();
  push_rumours();
  update_standing();
  local_calls_.resume();
  compares_.end_turn();
  loader_.list_splits();
  return replica_.end_turn();
}

std::optional<core::Instant> Node::next_deadline() const {
  auto earliest = replica_.next_deadline();
  take_earlier(earliest, members_.next_deadline());
  take_earlier(earliest, joining_.next_deadline());
  take_earlier(earliest, sessions_.next_deadline());
  take_earlier(earliest, compares_.next_deadline());
  // The next cut. Read on the wall clock, which may step: looked at least once a second.
  const auto into_second = replica_.present().wall.ms % 1000;
  const auto settle = static_cast<std::int64_t>(core::limits::cut_settle_ms % 1000);
  const auto wait = ((settle - into_second) % 1000 + 1000) % 1000;
  const auto next_cut =
      replica_.present().instant + std::chrono::milliseconds{wait == 0 ? 1000 : wait};
  return std::min(earliest.value_or(next_cut), next_cut);
}

void Node::on(TimePassed&&) {
  const auto now = replica_.present().instant;
  replica_.on_time();
  replica_.is_clock_off = clock_watch_.is_off(now);
  membership::Effects effects;
  members_.on_time(now, effects);
  perform(std::move(effects));
  joining_.on_time();
  sessions_.on_time();
  compares_.on_time();
}

void Node::on(DatagramReceived&& event) {
  const auto& datagram = event.datagram;
  on_heard(datagram.sender, datagram.hlc);
  membership::Effects effects;
  const auto result = members_.on_part(event.from, datagram.sender, datagram.membership,
                                       replica_.present().instant, effects);
  perform(std::move(effects));
  if (!result) {
    ++replica_.counters.protocol_errors;
    return;
  }
  if (datagram.beat) {
    ++replica_.counters.beats_heard;
    judge(datagram.sender, *datagram.beat);
  }
}

void Node::on(LinkUp&& event) {
  replica_.rumours.on_link_up(event.peer);
  sessions_.on_heard(event.peer);
  joining_.on_link_up(event);
}

void Node::on(LinkDown&& event) {
  joining_.on_link_down(event.peer);
  sessions_.on_link_down(event.peer);
  compares_.on_link_down(event.peer);
}

void Node::on(FrameReceived&& event) {
  on_heard(event.peer, event.frame.hlc);
  members_.on_heard(event.peer, replica_.present().instant);
  const auto result = std::visit([&](auto&& body) { return on_body(event.peer, std::move(body)); },
                                 std::move(event.frame.body));
  if (result) return;
  ++replica_.counters.protocol_errors;
  replica_.outbox.at_once(DropLink{event.peer, result.error().detail});
}

core::Result<void> Node::on_body(core::NodeId peer, membership::JoinRequest&& request) {
  membership::Effects effects;
  auto result = joining_.on_request(peer, request, effects);
  perform(std::move(effects));
  return result;
}

core::Result<void> Node::on_body(core::NodeId peer, membership::JoinReply&& reply) {
  membership::Effects effects;
  auto result = joining_.on_reply(peer, reply, effects);
  perform(std::move(effects));
  return result;
}

core::Result<void> Node::on_body(core::NodeId peer, gossip::Rumours&& rumours) {
  auto& counters = replica_.counters;
  counters.rumours_missed += replica_.rumours.on_rumours(peer, rumours);
  const auto count = rumours.records.size();
  // What is refused here comes again by repair.
  if (is_frozen_ || !replica_.is_loaded || replica_.must_pause() || replica_.is_parking_full()) {
    counters.rumours_refused += count;
    return {};
  }
  replica_.merge(std::move(rumours.records), [this, count](std::uint64_t taken) {
    replica_.counters.rumours_taken += taken;
    replica_.counters.rumours_known += count - taken;
  });
  return {};
}

core::Result<void> Node::on_body(core::NodeId peer, reconcile::Message&& message) {
  return sessions_.on_message(peer, std::move(message));
}

core::Result<void> Node::on_body(core::NodeId peer, CompareRequest&& request) {
  return compares_.on_request(peer, request);
}

core::Result<void> Node::on_body(core::NodeId peer, CompareCancel&& cancel) {
  compares_.on_cancel(peer, cancel);
  return {};
}

core::Result<void> Node::on_body(core::NodeId peer, CompareReply&& reply) {
  return compares_.on_reply(peer, std::move(reply));
}

void Node::on(LocalCancel&& event) {
  local_calls_.on_cancel(event.client);
  compares_.on_client_gone(event.client);
}

void Node::on(LocalAdmin&& event) {
  switch (event.act) {
    case LocalAdmin::Act::freeze:
      set_frozen(true);
      break;
    case LocalAdmin::Act::thaw:
      set_frozen(false);
      break;
    case LocalAdmin::Act::stop: {
      replica_.is_stopping = true;
      membership::Effects effects;
      members_.leave(effects);
      perform(std::move(effects));
      break;
    }
  }
  replica_.outbox.after_synced(Reply{event.client, event.ticket, Done{}});
}

void Node::perform(membership::Effects effects) {
  for (auto& effect : effects) {
    if (auto* send = std::get_if<membership::Send>(&effect)) {
      replica_.outbox.at_once(
          SendDatagram{std::move(send->to), Datagram{replica_.options.id,
                                                     members_.self().incarnation,
                                                     replica_.hlc(),
                                                     std::move(send->part),
                                                     {}}});
    } else if (auto* changed = std::get_if<membership::Changed>(&effect)) {
      joining_.on_changed(*changed);
    } else if (auto* persist = std::get_if<membership::PersistIncarnation>(&effect)) {
      replica_.records.write_meta(ports::Meta::incarnation,
                                  encode_meta_number(persist->incarnation));
    } else {
      replica_.outbox.at_once(std::move(std::get<core::Notice>(effect)));
    }
  }
}

void Node::on_heard(core::NodeId peer, core::Hlc hlc) {
  const auto now = replica_.present();
  clock_watch_.on_heard(peer, hlc, replica_.hlc(), now.instant);
  // Too far ahead: never advances our clock; the watch above says who is off.
  static_cast<void>(replica_.clock.observe(now.wall, hlc));
  sessions_.on_heard(peer);
}

void Node::judge(core::NodeId peer, const gossip::Beat& beat) {
  const auto comparison = beats_.on_beat(peer, beat, beat_at(beat.cut), replica_.index,
                                         may_tell_roots(), loader_.first_tellable());
  if (comparison == gossip::Comparison::unrelated) {
    ++replica_.counters.beats_foreign;
    if (beat.roster_hash != joining_.roster().hash()) joining_.on_other_roster(peer);
  }
  if (comparison == gossip::Comparison::differs && !is_frozen_ && !beat.frozen &&
      joining_.links().contains(peer)) {
    sessions_.on_root_heard(peer, beat.cut, beat.root);
  }
}

bool Node::may_tell_roots() const {
  return replica_.is_loaded && replica_.has_roster &&
         replica_.index.newest_cut() >= loader_.first_tellable();
}

gossip::Beat Node::beat_at(core::Cut cut) const {
  gossip::Beat beat;
  beat.cut = cut;
  if (replica_.index.is_kept(cut)) beat.root = replica_.index.root(cut);
  beat.horizon = joining_.horizon();
  beat.roster_hash = joining_.roster().hash();
  beat.digest_version = merkle::digest_version;
  beat.frozen = is_frozen_;
  return beat;
}

void Node::on_new_cut() {
  replica_.index.advance(replica_.hlc());
  const auto newest = replica_.index.newest_cut();
  if (newest <= told_ || !may_tell_roots()) return;
  told_ = newest;
  tell_root(newest);
  for (const auto& [peer, beat] : beats_.take_due(newest)) judge(peer, beat);
}

// A root is told only when all that is in it survives power loss. What arrives late meanwhile
// changes it: then the newer one is told, when that is safe too.
void Node::tell_root(core::Cut cut) {
  replica_.outbox.after_synced([this, cut, root = replica_.index.root(cut)] {
    if (!replica_.index.is_kept(cut) || cut < told_) return;
    const auto beat = beat_at(cut);
    if (beat.root != root) return tell_root(cut);
    for (const auto peer : beats_.partners(beat, members_.alive_peers())) {
      const auto* member = members_.members().find(peer);
      if (member == nullptr) continue;
      ++replica_.counters.beats_sent;
      replica_.outbox.at_once(SendDatagram{
          member->address,
          Datagram{replica_.options.id, members_.self().incarnation, replica_.hlc(), {}, beat}});
    }
  });
}

void Node::push_rumours() {
  if (replica_.rumours.is_empty()) return;
  for (auto& records : replica_.rumours.take(replica_.clock.lease())) {
    if (is_frozen_) continue;  // Let go: a thawed node's sessions bring them.
    for (const auto peer : joining_.links()) {
      replica_.counters.rumours_sent += records.size();
      replica_.outbox.at_once(
          SendFrame{peer, {replica_.hlc(), StreamBody{replica_.rumours.number(peer, records)}}});
    }
  }
}

void Node::set_frozen(bool frozen) {
  if (frozen == is_frozen_) return;
  is_frozen_ = frozen;
  replica_.records.write_meta(ports::Meta::frozen, core::Bytes(1, frozen ? '\1' : '\0'));
  replica_.notice(core::Severity::info, "freeze",
                  frozen ? "frozen: no repair and no rumours until `starling thaw`" : "thawed");
}

void Node::update_standing() {
  const reconcile::Standing standing{may_tell_roots(), is_frozen_, joining_.horizon(),
                                     joining_.roster().hash()};
  if (standing == standing_) return;
  standing_ = standing;
  sessions_.set_standing(standing);
}

}
