#include "api/resp_server.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/connection.h"
#include "api/texts.h"
#include "core/limits.h"
#include "net/byte_stream.h"
#include "net/watches.h"

namespace starling::api {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell_patience = 5s;
constexpr std::size_t farewells_max = 64;  // Turned away and told so; beyond, just closed.
constexpr auto tick = 1s;
constexpr net::StreamLimits stream_limits{.queue_bytes_max = core::limits::output_soft_bytes};

struct Client {
  Client(Service& service, Door door, std::unique_ptr<net::ByteStream> from, std::string local)
      : stream{std::move(from)},
        connection{service, door, stream->peer(), std::move(local)},
        moved_at{service.world.now().instant} {}

  std::uint64_t id() const { return connection.session().id.value; }

  std::unique_ptr<net::ByteStream> stream;
  Connection connection;
  bool is_touched = false;
  bool is_paused = false;
  bool is_finishing = false;
  // Whether it takes what we send.
  std::uint64_t bytes_written = 0;
  std::uint64_t bytes_taken = 0;
  core::Instant moved_at;
};

}

struct RespServer::Inside {
  net::EventLoop& loop;
  Service service;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::uint16_t tcp_port = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Client>> clients;
  std::unordered_map<net::ByteStream*, std::unique_ptr<net::ByteStream>> farewells;
  std::vector<std::uint64_t> touched;    // To be settled at the end of this turn.
  std::vector<std::uint64_t> resumable;  // To go on in the next one, when submitting is possible.
  std::vector<node::ClientId> gone;      // Of whom the node has to be told then.
  net::AtTurnEnd at_turn_end;
  net::Wakeup next_turn;
  net::Timer timer;

  Inside(net::EventLoop& on, RespSettings settings, World world)
      : loop{on},
        service{std::move(settings), std::move(world)},
        at_turn_end{on, [this] { settle_touched(); }},
        next_turn{on, [this] { go_on(); }},
        timer{on, [this] { on_tick(); }} {
    timer.arm(loop.now().instant + tick);
  }

  net::AcceptHandlers acceptor(Door door, std::string local) {
    return {.on_accept = [this, door,
                          local = std::move(local)](std::unique_ptr<net::ByteStream> stream) {
      if (clients.size() >= service.settings.clients_max) return turn_away(std::move(stream));
      welcome(std::move(stream), door, local);
    }};
  }

  void welcome(std::unique_ptr<net::ByteStream> stream, Door door, const std::string& local) {
    auto client = std::make_unique<Client>(service, door, std::move(stream), local);
    const auto id = client->id();
    client->stream->start(
        {.on_bytes = [this, &client = *client](core::BytesView bytes) { receive(client, bytes); },
         .on_drained = [this, &client = *client] { touch(client); },
         .on_closed = [this, id](const std::string&) { remove(id); }});
    clients.emplace(id, std::move(client));
  }

  void turn_away(std::unique_ptr<net::ByteStream> stream) {
    ++service.clients.rejected["max_clients"];
    if (farewells.size() >= farewells_max) return;
    auto* const key = stream.get();
    stream->start({.on_bytes = [](core::BytesView) {},
                   .on_drained = {},
                   .on_closed = [this, key](const std::string&) { farewells.erase(key); }});
    Reply reply{Protocol::resp2};
    reply.error(texts::too_many_clients);
    if (stream->write(reply.take())) stream->finish(farewell_patience);
    farewells.emplace(key, std::move(stream));
  }

  void receive(Client& client, core::BytesView bytes) {
    client.connection.set_undelivered(client.stream->queued_bytes());
    client.connection.receive(bytes);
    // What cannot be executed now must not be read either: the kernel keeps it.
    if (!client.connection.wants_input()) pause(client);
    touch(client);
  }

  void touch(Client& client) {
    if (std::exchange(client.is_touched, true)) return;
    touched.push_back(client.id());
    at_turn_end.request();
  }

  Client* find(std::uint64_t id) {
    const auto found = clients.find(id);
    return found == clients.end() ? nullptr : found->second.get();
  }

  // ---- the end of a turn: nothing here may submit to the node
  // ------------------------------------

  void settle_touched() {
    for (const auto id : std::exchange(touched, {})) {
      if (auto* const client = find(id)) settle(*client);
    }
    evict_the_largest();
  }

  void settle(Client& client) {
    client.is_touched = false;
    auto& connection = client.connection;
    if (connection.is_overflowing()) return close(client, "output");
    if (!client.stream->is_full()) {
      auto output = connection.take_output();
      client.bytes_written += output.size();
      if (!output.empty() && !client.stream->write(std::move(output))) {
        return;  // Broken; on_closed follows.
      }
      if (connection.is_finished() && !std::exchange(client.is_finishing, true)) {
        return client.stream->finish(farewell_patience);
      }
    }
    connection.set_undelivered(client.stream->queued_bytes());
    if (connection.can_resume()) {
      resumable.push_back(client.id());
      next_turn.signal();
    }
    connection.wants_input() ? unpause(client) : pause(client);
  }

  // One budget for all: whoever holds most of it when it is used up has to go.
  void evict_the_largest() {
    while (!service.has_room() && !clients.empty()) {
      const auto largest = std::ranges::max_element(clients, {}, [](const auto& entry) {
        return entry.second->connection.session().held_bytes;
      });
      close(*largest->second, "memory");
    }
  }

  void close(Client& client, std::string_view why) {
    ++service.clients.rejected[std::string{why}];
    remove(client.id());
  }

  void remove(std::uint64_t id) {
    const auto found = clients.find(id);
    if (found == clients.end()) return;
    if (found->second->connection.has_calls_out()) {
      gone.push_back({id});
      next_turn.signal();
    }
    clients.erase(found);
  }

  void pause(Client& client) {
    if (client.is_finishing || std::exchange(client.is_paused, true)) return;
    client.stream->pause_reading();
  }

  void unpause(Client& client) {
    if (client.is_finishing || !std::exchange(client.is_paused, false)) return;
    client.stream->resume_reading();
  }

  // ---- the next turn
  // -------------------------------------------------------------------------------

  void go_on() {
    for (const auto id : std::exchange(gone, {})) service.world.submit(node::LocalCancel{id});
    for (const auto id : std::exchange(resumable, {})) {
      auto* const client = find(id);
      if (client == nullptr) continue;
      if (client->connection.can_resume()) client->connection.resume();
      touch(*client);
    }
  }

  void on_tick() {
    const auto now = loop.now().instant;
    timer.arm(now + tick);
    service.rates.sample(now, {.commands = service.clients.commands,
                               .bytes_in = service.clients.bytes_in,
                               .bytes_out = service.clients.bytes_out});
    std::vector<Client*> stuck;
    for (auto& [id, client] : clients) {
      const auto queued = client->stream->queued_bytes();
      const auto taken = client->bytes_written - queued;
      if (queued == 0 || taken != std::exchange(client->bytes_taken, taken)) client->moved_at = now;
      if (now - client->moved_at > core::limits::output_patience) stuck.push_back(client.get());
    }
    for (auto* const client : stuck) close(*client, "patience");
  }
};

RespServer::RespServer(net::EventLoop& loop, RespSettings settings, World world)
    : inside_{std::make_unique<Inside>(loop, std::move(settings), std::move(world))} {}

RespServer::~RespServer() = default;

core::Result<void> RespServer::listen_on(const net::SocketAddress& address) {
  auto listener = net::Listener::on_tcp(inside_->loop, address, stream_limits,
                                        inside_->acceptor(Door::tcp, address.to_text()));
  if (!listener) return std::unexpected(listener.error());
  if (inside_->tcp_port == 0) {
    inside_->tcp_port = (*listener)->address().port();
    inside_->service.settings.tcp_port = inside_->tcp_port;
  }
  inside_->listeners.push_back(std::move(*listener));
  return {};
}

core::Result<void> RespServer::listen_on(const net::UnixSocket& socket) {
  auto listener = net::Listener::on_unix(inside_->loop, socket, stream_limits,
                                         inside_->acceptor(Door::unix_socket, socket.path + ":0"));
  if (!listener) return std::unexpected(listener.error());
  inside_->listeners.push_back(std::move(*listener));
  return {};
}

std::uint16_t RespServer::tcp_port() const { return inside_->tcp_port; }

void RespServer::on_reply(node::ClientId id, std::uint64_t ticket, node::LocalReply answer) {
  auto* const client = inside_->find(id.value);
  if (client == nullptr) return;
  client->connection.on_reply(ticket, std::move(answer));
  inside_->touch(*client);
}

void RespServer::drain() {
  inside_->listeners.clear();
  for (auto& [id, client] : inside_->clients) {
    client->connection.finish();
    inside_->touch(*client);
  }
}

bool RespServer::is_drained() const {
  return inside_->listeners.empty() && inside_->clients.empty();
}

const ClientStatistics& RespServer::statistics() const { return inside_->service.clients; }
std::size_t RespServer::clients() const { return inside_->clients.size(); }
std::size_t RespServer::buffered_bytes() const { return inside_->service.buffered_bytes; }

}
