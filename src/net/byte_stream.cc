#include "net/byte_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>

#include "core/assert.h"
#include "net/polled.h"
#include "net/watches.h"

namespace starling::net {
namespace {

// Small writes are gathered up to this size; larger ones are sent from where they are.
constexpr std::size_t gathered_bytes = 16 * 1024;
constexpr std::size_t chunks_per_call = 16;
// Of one stream in one turn: others want their share.
constexpr int reads_per_turn = 4;

struct Chunk {
  core::Bytes bytes;
  std::size_t writes = 1;
};

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}

struct ByteStream::Inside final : Polled {
  EventLoop& loop;
  Descriptor socket;
  const StreamLimits limits;
  const std::string peer;
  StreamHandlers handlers;

  std::deque<Chunk> queue;
  std::size_t sent_of_first = 0;
  std::size_t queued_bytes = 0;
  std::size_t queued_writes = 0;

  bool started = false;
  bool paused = false;
  bool finishing = false;
  bool closed = false;
  bool kernel_is_full = false;  // Until the socket is writable.
  bool was_full = false;        // Somebody waits for on_drained.
  std::string broken;           // Why writing failed; reported in a turn to come.
  AtTurnEnd flush_at_turn_end;
  Timer patience;

  Inside(EventLoop& on, Descriptor connected, StreamLimits chosen, std::string name)
      : Polled{on, connected.number()},
        loop{on},
        socket{std::move(connected)},
        limits{chosen},
        peer{std::move(name)},
        flush_at_turn_end{on,
                          [this] {
                            flush();
                            update_interest();
                          }},
        patience{on, [this] { report_closed("closed by this side"); }} {}

  bool is_full() const {
    return queued_bytes >= limits.queue_bytes_max || queued_writes >= limits.queue_writes_max;
  }
  bool is_below_half() const {
    return queued_bytes <= limits.queue_bytes_max / 2 &&
           queued_writes <= limits.queue_writes_max / 2;
  }

  void update_interest() {
    if (closed || !started) return want({});
    // Writable at once, which turns what must not be called at the end of a turn into a callback.
    const bool owes_a_call = !broken.empty() || (was_full && is_below_half());
    want({!paused, kernel_is_full || owes_a_call});
  }

  void on_ready(Ready ready) override {
    if (!broken.empty()) return report_closed(broken);
    if (ready.writable) {
      kernel_is_full = false;
      flush();
      if (!broken.empty()) return report_closed(broken);
      if (was_full && is_below_half()) {
        was_full = false;
        if (handlers.on_drained) handlers.on_drained();
      }
    }
    if (ready.readable && !is_retired()) read();
    if (!is_retired()) update_interest();
  }

  void read() {
    for (int i = 0; i < reads_per_turn && !is_retired() && !paused && !closed; ++i) {
      const auto buffer = loop.read_buffer();
      const auto count = ::recv(socket.number(), buffer.data(), buffer.size(), 0);
      if (count < 0) {
        if (errno == EINTR) continue;
        if (!would_block(errno)) report_closed(std::strerror(errno));
        return;
      }
      if (count == 0) return report_closed("closed by the peer");
      const auto size = static_cast<std::size_t>(count);
      handlers.on_bytes({buffer.data(), size});
      if (size < buffer.size()) return;
    }
  }

  // Calls no handler: runs at the end of a turn too.
  void flush() {
    while (!queue.empty() && !kernel_is_full && broken.empty() && !closed) send_some();
    if (finishing && queue.empty()) ::shutdown(socket.number(), SHUT_WR);
  }

  void send_some() {
    std::array<iovec, chunks_per_call> parts;
    const auto count = std::min(queue.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {queue[i].bytes.data(), queue[i].bytes.size()};
    }
    parts[0].iov_base = queue[0].bytes.data() + sent_of_first;
    parts[0].iov_len -= sent_of_first;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(socket.number(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return on_sent(static_cast<std::size_t>(sent));
    if (would_block(errno)) {
      kernel_is_full = true;
    } else if (errno != EINTR) {
      broken = std::strerror(errno);
    }
  }

  void on_sent(std::size_t sent) {
    queued_bytes -= sent;
    sent_of_first += sent;
    while (!queue.empty() && sent_of_first >= queue.front().bytes.size()) {
      sent_of_first -= queue.front().bytes.size();
      queued_writes -= queue.front().writes;
      queue.pop_front();
    }
  }

  void enqueue(core::Bytes bytes) {
    queued_bytes += bytes.size();
    queued_writes += 1;
    const bool may_gather = !queue.empty() && (queue.size() > 1 || sent_of_first == 0) &&
                            queue.back().bytes.size() + bytes.size() <= gathered_bytes;
    if (may_gather) {
      queue.back().bytes += bytes;
      queue.back().writes += 1;
    } else {
      queue.push_back({std::move(bytes)});
    }
    was_full = was_full || is_full();
    if (!kernel_is_full) flush_at_turn_end.request();
  }

  void report_closed(const std::string& reason) {
    if (std::exchange(closed, true)) return;
    patience.disarm();
    update_interest();
    if (handlers.on_closed) handlers.on_closed(reason);
  }
};

void ByteStream::Close::operator()(Inside* inside) const {
  inside->patience.disarm();
  inside->closed = true;
  Polled::retire(std::unique_ptr<Polled>{inside});
  inside->socket.close();
}

ByteStream::ByteStream(EventLoop& loop, Descriptor socket, StreamLimits limits, std::string peer)
    : inside_{
          std::make_unique<Inside>(loop, std::move(socket), limits, std::move(peer)).release()} {}

void ByteStream::start(StreamHandlers handlers) {
  STARLING_ASSERT(!inside_->started);
  inside_->started = true;
  inside_->handlers = std::move(handlers);
  inside_->update_interest();
}

bool ByteStream::write(core::Bytes bytes) {
  auto& in = *inside_;
  if (in.closed || in.finishing || !in.broken.empty()) return false;
  if (in.is_full()) {
    in.was_full = true;
    return false;
  }
  if (!bytes.empty()) in.enqueue(std::move(bytes));
  return true;
}

bool ByteStream::is_full() const { return inside_->is_full(); }

std::size_t ByteStream::queued_bytes() const { return inside_->queued_bytes; }

void ByteStream::pause_reading() {
  inside_->paused = true;
  inside_->update_interest();
}

void ByteStream::resume_reading() {
  inside_->paused = false;
  inside_->update_interest();
}

void ByteStream::finish(core::Duration patience) {
  if (inside_->closed || std::exchange(inside_->finishing, true)) return;
  inside_->paused = false;  // The peer's answer to our close must be seen.
  inside_->patience.arm(inside_->loop.now().instant + patience);
  inside_->flush_at_turn_end.request();
}

const std::string& ByteStream::peer() const { return inside_->peer; }

std::optional<core::Duration> ByteStream::round_trip() const {
  tcp_info kernel{};
  socklen_t length = sizeof kernel;
  if (getsockopt(inside_->socket.number(), IPPROTO_TCP, TCP_INFO, &kernel, &length) != 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds{kernel.tcpi_rtt};
}

std::optional<uid_t> ByteStream::peer_user() const {
  ucred user{};
  socklen_t length = sizeof user;
  const int found = getsockopt(inside_->socket.number(), SOL_SOCKET, SO_PEERCRED, &user, &length);
  if (found != 0 || user.pid == 0) return std::nullopt;  // TCP answers with zeros.
  return user.uid;
}

}
