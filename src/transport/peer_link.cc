#include "transport/peer_link.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace starling::transport {

PeerLink::PeerLink(net::EventLoop& loop, Side side, std::unique_ptr<net::ByteStream> stream,
                   const LinkTerms& terms, LinkOwner& owner, LinkCounters& counters)
    : loop_{loop},
      side_{side},
      terms_{terms},
      owner_{owner},
      counters_{counters},
      timer_{loop, [this] { on_time(); }},
      stream_{std::move(stream)} {}

void PeerLink::start() {
  STARLING_ASSERT(began_at_ == core::Instant{});
  began_at_ = heard_at_ = sent_at_ = loop_.now().instant;
  if (side_ == Side::accepted) write(wire::encode_hello(terms_.self, terms_.cluster));
  stream_->start({.on_bytes = [this](core::BytesView bytes) { on_bytes(bytes); },
                  .on_drained =
                      [this] {
                        if (state_ == State::up) owner_.on_drained(*this);
                      },
                  .on_closed = [this](const std::string& reason) { fail(reason); }});
  arm();
}

bool PeerLink::send(core::Bytes payload) {
  if (state_ != State::up) return false;
  auto frame = make_frame(std::move(payload));
  const auto bytes = frame.size();
  if (!stream_->write(std::move(frame))) return false;
  counters_.bytes_out += bytes;
  sent_at_ = loop_.now().instant;
  return true;
}

void PeerLink::close() {
  state_ = State::closed;
  timer_.disarm();
  stream_.reset();
}

void PeerLink::on_bytes(core::BytesView bytes) {
  if (state_ == State::closed) return;
  heard_at_ = loop_.now().instant;
  counters_.bytes_in += bytes.size();
  const auto taken =
      reader_.read(bytes, [this](core::BytesView payload) { return on_payload(payload); });
  if (taken) return;
  ++(state_ == State::up ? counters_.hostile_frames : counters_.foreign_malformed);
  fail(taken.error().detail);
}

bool PeerLink::on_payload(core::BytesView payload) {
  switch (state_) {
    case State::greeting:
      on_hello(payload);
      break;
    case State::confirming:
      become_up();
      [[fallthrough]];
    case State::up:
      if (state_ == State::up && !payload.empty()) owner_.on_frame(*this, payload);
      break;
    case State::closed:
      break;
  }
  return state_ != State::closed;
}

void PeerLink::on_hello(core::BytesView payload) {
  auto hello = wire::decode_hello(payload, terms_.cluster);
  if (!hello) {
    const bool is_foreign = hello.error().code == core::Errc::foreign;
    ++(is_foreign ? counters_.foreign_cluster : counters_.foreign_malformed);
    return fail(hello.error().detail);
  }
  if (hello->node == terms_.self.node) {
    ++counters_.foreign_own_id;
    return fail("it has our own id");
  }
  peer_ = std::move(*hello);
  if (!owner_.admits(*this)) {
    ++counters_.duplicates_closed;
    return fail("linked already");
  }
  reader_.limit_payload(core::limits::frame_bytes_max);
  if (side_ == Side::accepted) {
    write({});
    become_up();
  } else {
    write(wire::encode_hello(terms_.self, terms_.cluster));
    state_ = State::confirming;
  }
}

void PeerLink::become_up() {
  state_ = State::up;
  arm();
  owner_.on_up(*this);
}

void PeerLink::on_time() {
  const auto now = loop_.now().instant;
  if (state_ != State::up) {
    ++counters_.handshakes_timed_out;
    return fail("no hello in time");
  }
  if (now >= heard_at_ + terms_.times.silence_max) {
    ++counters_.silent_links;
    return fail("nothing heard for too long");
  }
  if (now >= sent_at_ + terms_.times.ping_interval) {
    // What is queued already will be a sign of life, as soon as it gets through.
    if (stream_->queued_bytes() == 0) write({});
    sent_at_ = now;
  }
  arm();
}

void PeerLink::arm() {
  const auto& times = terms_.times;
  timer_.arm(state_ == State::up
                 ? std::min(heard_at_ + times.silence_max, sent_at_ + times.ping_interval)
                 : began_at_ + times.handshake_patience);
}

// Handshake and signs of life: small, and never refused by an empty queue.
void PeerLink::write(core::Bytes payload) {
  auto frame = make_frame(std::move(payload));
  counters_.bytes_out += frame.size();
  sent_at_ = loop_.now().instant;
  static_cast<void>(stream_->write(std::move(frame)));  // A closed stream says so by itself.
}

void PeerLink::fail(const std::string& reason) {
  if (state_ == State::closed) return;
  close();
  owner_.on_closed(*this, reason);
}

}
