#include "net/listener.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "net/connecting.h"
#include "unit/net/until.h"

namespace starling::net {
namespace {

using testing::run_until;
using namespace std::chrono_literals;

constexpr StreamLimits limits{.queue_bytes_max = 64 * 1024};

SocketAddress any_port() { return SocketAddress::parse("127.0.0.1:0").value(); }

AcceptHandlers into(std::vector<std::unique_ptr<ByteStream>>& streams) {
  return {[&](auto stream) { streams.push_back(std::move(stream)); }};
}

// A path for a socket that is removed with its folder.
struct Folder {
  std::string path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "listenerXXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

Descriptor connected_to(const std::string& path) {
  Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  return socket;
}

TEST_CASE("two ends of a TCP connection talk") {
  EventLoop loop;
  std::vector<std::unique_ptr<ByteStream>> accepted;
  const auto listener = Listener::on_tcp(loop, any_port(), limits, into(accepted)).value();
  std::unique_ptr<ByteStream> client;
  const Connecting connecting{
      loop, listener->address(), {.patience = 5s, .limits = limits}, [&](auto outcome) {
        client = std::move(outcome.value());
      }};
  REQUIRE(run_until(loop, [&] { return client && !accepted.empty(); }));
  std::string heard;
  accepted[0]->start(
      {.on_bytes = [&](auto bytes) { heard += bytes; }, .on_drained = {}, .on_closed = {}});
  CHECK(client->write("hello"));
  REQUIRE(run_until(loop, [&] { return heard == "hello"; }));
  CHECK(client->peer() == listener->address().to_text());
  CHECK(accepted[0]->peer().starts_with("127.0.0.1:"));
  CHECK(client->round_trip().value() > 0ns);
  CHECK_FALSE(client->peer_user());
}

TEST_CASE("a TCP port in use is an error that names it and says what to do") {
  EventLoop loop;
  std::vector<std::unique_ptr<ByteStream>> accepted;
  const auto first = Listener::on_tcp(loop, any_port(), limits, into(accepted)).value();
  const auto second = Listener::on_tcp(loop, first->address(), limits, into(accepted));
  REQUIRE_FALSE(second);
  CHECK(second.error().detail == "cannot listen on " + first->address().to_text() +
                                     ": it is in use by another process; stop that one or choose "
                                     "another address");
  const auto foreign = SocketAddress::parse("192.0.2.1:7381").value();
  CHECK(Listener::on_tcp(loop, foreign, limits, into(accepted)).error().detail.contains("no such"));
}

TEST_CASE("without descriptors accepting pauses without spinning, and recovers") {
  EventLoop loop;
  std::vector<std::unique_ptr<ByteStream>> accepted;
  const auto listener = Listener::on_tcp(loop, any_port(), limits, into(accepted)).value();
  std::unique_ptr<ByteStream> client;
  const Connecting connecting{
      loop, listener->address(), {.patience = 5s, .limits = limits}, [&](auto outcome) {
        client = std::move(outcome.value());
      }};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const Descriptor next{::dup(0)};
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next.number());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);

  int turns = 0;
  bool later = false;
  Timer timer{loop, [&] { later = true; }};
  timer.arm(loop.now().instant + 250ms);
  const bool waited = run_until(loop, [&] { return ++turns, later; });
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(waited);
  CHECK(listener->pauses() >= 2);
  CHECK(turns < 20);
  CHECK(accepted.empty());
  CHECK(run_until(loop, [&] { return accepted.size() == 1; }));
}

TEST_CASE("a unix socket has its mode, and its file goes with the listener") {
  EventLoop loop;
  const Folder folder;
  const auto path = folder.path + "/resp.sock";
  std::vector<std::unique_ptr<ByteStream>> accepted;
  auto listener =
      Listener::on_unix(loop, {.path = path, .mode = 0660}, limits, into(accepted)).value();
  struct stat found{};
  REQUIRE(stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0660);
  const auto client = connected_to(path);
  CHECK(client);
  REQUIRE(run_until(loop, [&] { return accepted.size() == 1; }));
  CHECK(accepted[0]->peer_user() == getuid());
  listener.reset();
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket file is taken over from the dead only") {
  EventLoop loop;
  const Folder folder;
  const auto path = folder.path + "/resp.sock";
  std::vector<std::unique_ptr<ByteStream>> accepted;
  const auto listen = [&] {
    return Listener::on_unix(loop, {.path = path, .mode = 0600}, limits, into(accepted));
  };
  auto first = listen();
  REQUIRE(first);
  CHECK(listen().error().detail.contains("in use by another process"));

  // A killed process leaves its file behind.
  std::filesystem::rename(path, path + ".kept");
  first->reset();
  std::filesystem::rename(path + ".kept", path);
  auto second = listen();
  REQUIRE(second);

  // Somebody else's file is left alone.
  std::filesystem::remove(path);
  std::ofstream{path} << "mine";
  second->reset();
  CHECK(std::filesystem::exists(path));
  CHECK(listen().error().detail.contains("not a socket"));
}

TEST_CASE("the path of a unix socket has a length that fits") {
  EventLoop loop;
  CHECK(Listener::on_unix(loop, {.path = std::string(108, 'x'), .mode = 0600}, limits, {})
            .error()
            .code == core::Errc::bad_setting);
}

}
}
