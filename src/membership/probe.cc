#include "membership/probe.h"

#include <utility>

#include "core/assert.h"

namespace starling::membership {

void Probe::begin(Terms terms, core::Instant now) {
  state_ = State::direct;
  terms_ = terms;
  begun_at_ = now;
  helpers_.clear();
}

void Probe::ask(std::vector<core::NodeId> helpers, core::Instant now) {
  STARLING_ASSERT(state_ == State::direct);
  state_ = State::indirect;
  helpers_ = std::move(helpers);
  asked_at_ = now;
}

std::optional<core::Instant> Probe::next_deadline() const {
  if (state_ != State::direct) return std::nullopt;
  return begun_at_ + terms_.patience;
}

}
