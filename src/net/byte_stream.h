#pragma once
// A connected TCP or unix socket: bytes in order, both ways, until somebody closes.
//
//   open ──finish()──▶ finishing: what is queued goes out, then our end is closed
//     │                    │ peer closes, or patience ends
//     └──peer, error──▶ closed: on_closed was called, once
//
// What one turn writes leaves at its end, in as few system calls as the kernel allows. TLS will
// stand between these bytes and the owner.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/time.h"
#include "net/descriptor.h"
#include "net/event_loop.h"

namespace starling::net {

struct StreamLimits {
  std::size_t queue_bytes_max;
  std::size_t queue_writes_max = SIZE_MAX;
};

// Any may be empty, but on_bytes.
struct StreamHandlers {
  // At most 64 KiB, valid during the call.
  std::move_only_function<void(core::BytesView bytes)> on_bytes;
  // The queue was full and has fallen below half of its limits.
  std::move_only_function<void()> on_drained;
  // The end, with its reason. Not called when the owner destroys the stream.
  std::move_only_function<void(const std::string& reason)> on_closed;
};

class ByteStream {
 public:
  // `socket` is connected and does not block. `peer` is its name for people.
  ByteStream(EventLoop& loop, Descriptor socket, StreamLimits limits, std::string peer);

  // Begins to read and to call. Exactly once.
  void start(StreamHandlers handlers);

  // False, taking nothing, when the queue is full or the stream is not open. Full means at or above
  // a limit before this write: one write may be larger than the limit.
  [[nodiscard]] bool write(core::Bytes bytes);
  bool is_full() const;
  std::size_t queued_bytes() const;

  // While paused nothing is read, and the peer's close is not noticed.
  void pause_reading();
  void resume_reading();

  // Takes no more writes; on_closed follows after at most `patience`. What arrives meanwhile is
  // still delivered.
  void finish(core::Duration patience);

  const std::string& peer() const;
  // As the kernel measures it; none for unix sockets.
  std::optional<core::Duration> round_trip() const;
  // The user on the other end of a unix socket; none for TCP.
  std::optional<uid_t> peer_user() const;

 private:
  struct Inside;
  struct Close {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Close> inside_;
};

}
