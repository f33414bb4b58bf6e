#pragma once
// One member at a time is asked whether it is there; when it does not answer, helpers ask on our
// behalf, since only the path between the two of us may be broken. Knows the life of one probe;
// what is sent is the face's business.
//
//   resting ──begin──▶ direct ──patience over──▶ indirect
//      ▲                  └──────────answer or end of the period──────────┘

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace starling::membership {

class Probe {
 public:
  enum class State { resting, direct, indirect };

  struct Terms {
    core::NodeId target;
    std::uint32_t sequence = 0;
    core::Duration patience;  // For the direct answer.
  };

  // Ends a former probe, answered or not.
  void begin(Terms terms, core::Instant now);
  void ask(std::vector<core::NodeId> helpers, core::Instant now);
  void end() { state_ = State::resting; }

  State state() const { return state_; }
  bool is_waiting_for(std::uint32_t sequence) const {
    return state_ != State::resting && terms_.sequence == sequence;
  }
  core::NodeId target() const { return terms_.target; }
  std::uint32_t sequence() const { return terms_.sequence; }
  core::Instant begun_at() const { return begun_at_; }
  // Of the indirect state.
  core::Instant asked_at() const { return asked_at_; }
  const std::vector<core::NodeId>& helpers() const { return helpers_; }

  // When helpers are to be asked. The end of the period is not the probe's to know.
  std::optional<core::Instant> next_deadline() const;

 private:
  State state_ = State::resting;
  Terms terms_;
  core::Instant begun_at_;
  core::Instant asked_at_;
  std::vector<core::NodeId> helpers_;
};

}
