#pragma once
// What the metrics page tells about links and datagrams. Each only grows.

#include <cstdint>

namespace starling::transport {

struct LinkCounters {
  std::uint64_t frames_in = 0;  // Signs of life and hellos aside.
  std::uint64_t frames_out = 0;
  std::uint64_t bytes_in = 0;  // All that came in on links, and all that was queued to go out.
  std::uint64_t bytes_out = 0;
  // Frames of ours that were not sent.
  std::uint64_t dropped_no_link = 0;
  std::uint64_t dropped_queue_full = 0;
  std::uint64_t dropped_too_large = 0;
  // Strangers: connections that were closed for what they said, or did not say, first.
  std::uint64_t foreign_cluster = 0;  // Or protocol version.
  std::uint64_t foreign_own_id = 0;
  std::uint64_t foreign_malformed = 0;
  std::uint64_t handshakes_timed_out = 0;
  std::uint64_t half_open_refused = 0;
  // Links that were up.
  std::uint64_t links_up = 0;
  std::uint64_t links_down = 0;
  std::uint64_t hostile_frames = 0;  // Each cost its link.
  std::uint64_t silent_links = 0;    // Closed for hearing nothing.
  std::uint64_t duplicates_closed = 0;
  std::uint64_t dials_failed = 0;
};

struct DatagramCounters {
  std::uint64_t datagrams_in = 0;
  std::uint64_t datagrams_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t foreign = 0;     // Another cluster or protocol version.
  std::uint64_t malformed = 0;   // Or too large.
  std::uint64_t unresolved = 0;  // Not sent: the name has no address (yet).
  std::uint64_t too_large = 0;   // Not sent.
  std::uint64_t send_errors = 0;
};

}
