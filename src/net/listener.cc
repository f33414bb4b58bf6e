#include "net/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "net/native_address.h"
#include "net/polled.h"
#include "net/sockets.h"
#include "net/watches.h"

namespace starling::net {
namespace {

using namespace std::chrono_literals;

constexpr int accepts_per_turn = 64;
constexpr auto pause_for_descriptors = 100ms;

struct FileIdentity {
  dev_t device;
  ino_t file;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) return std::nullopt;
  return FileIdentity{found.st_dev, found.st_ino};
}

}

struct Listener::Inside final : Polled {
  EventLoop& loop;
  Descriptor socket;
  const StreamLimits limits;
  AcceptHandlers handlers;
  std::string path;  // Empty for TCP.
  std::optional<FileIdentity> identity;
  std::uint64_t pauses = 0;
  Timer resume;

  Inside(EventLoop& on, Descriptor listening, StreamLimits chosen, AcceptHandlers called)
      : Polled{on, listening.number()},
        loop{on},
        socket{std::move(listening)},
        limits{chosen},
        handlers{std::move(called)},
        resume{on, [this] { want({.readable = true}); }} {
    want({.readable = true});
  }

  void on_ready(Ready) override {
    for (int i = 0; i < accepts_per_turn && !is_retired(); ++i) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      auto* const address = reinterpret_cast<sockaddr*>(&from);
      Descriptor accepted{accept4(socket.number(), address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!accepted) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause();
        return;  // All others concern one connection that is gone, or nobody waits.
      }
      if (path.empty()) tune_stream(accepted.number());
      const auto numeric = path.empty() ? from_native(*address) : std::nullopt;
      auto peer = numeric ? numeric->to_text() : path;
      handlers.on_accept(
          std::make_unique<ByteStream>(loop, std::move(accepted), limits, std::move(peer)));
    }
  }

  // The connections wait in the kernel, and polling for them would spin.
  void pause() {
    ++pauses;
    want({});
    resume.arm(loop.now().instant + pause_for_descriptors);
  }
};

void Listener::Close::operator()(Inside* inside) const {
  inside->resume.disarm();
  if (inside->identity && identity_of(inside->path) == inside->identity) {
    unlink(inside->path.c_str());
  }
  Polled::retire(std::unique_ptr<Polled>{inside});
  inside->socket.close();
}

Listener::Listener(std::unique_ptr<Inside, Close> inside) : inside_{std::move(inside)} {}

core::Result<std::unique_ptr<Listener>> Listener::on_tcp(EventLoop& loop,
                                                         const SocketAddress& address,
                                                         StreamLimits limits,
                                                         AcceptHandlers handlers) {
  auto socket = open_bound(address, SocketKind::tcp_listener);
  if (!socket) return std::unexpected{socket.error()};
  return std::make_unique<Listener>(std::unique_ptr<Inside, Close>{
      std::make_unique<Inside>(loop, std::move(*socket), limits, std::move(handlers)).release()});
}

core::Result<std::unique_ptr<Listener>> Listener::on_unix(EventLoop& loop, const UnixSocket& at,
                                                          StreamLimits limits,
                                                          AcceptHandlers handlers) {
  auto socket = open_unix_listener(at.path, at.mode);
  if (!socket) return std::unexpected{socket.error()};
  auto inside = std::make_unique<Inside>(loop, std::move(*socket), limits, std::move(handlers));
  inside->path = at.path;
  inside->identity = identity_of(at.path);
  return std::make_unique<Listener>(std::unique_ptr<Inside, Close>{inside.release()});
}

SocketAddress Listener::address() const {
  return inside_->path.empty() ? local_address(inside_->socket.number()) : SocketAddress{};
}

std::uint64_t Listener::pauses() const { return inside_->pauses; }

}
