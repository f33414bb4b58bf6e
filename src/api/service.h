#pragma once
// What all clients share: the settings, the way to the node, cursors and statistics. Outlives
// every call that was submitted through it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/cursors.h"
#include "api/rates.h"
#include "api/session.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/time.h"
#include "node/event.h"
#include "node/status.h"

namespace starling::api {

struct RespSettings {
  std::size_t value_bytes_max = core::limits::value_bytes_default;
  std::size_t memory_bytes = 96 * 1024 * 1024;      // INFO maxmemory.
  std::size_t buffer_bytes_max = 24 * 1024 * 1024;  // The share of it for all clients' buffers.
  std::size_t clients_max = 1000;
  node::Ack ack = node::Ack::fast;
  std::optional<std::string> password;
  bool allow_flush = false;
  std::uint16_t tcp_port = 0;
  std::string version;

  // A command may be twice the largest value; its parts are checked by the commands themselves.
  std::size_t command_bytes_max() const { return 2 * value_bytes_max; }
};

// The way to the node and to the host.
struct World {
  // Handles the event before it returns. Replies come through RespServer::on_reply, never from
  // within.
  std::function<void(node::Event)> submit;
  std::function<node::Status()> status;
  std::function<core::Now()> now;
  std::function<std::uint64_t()> resident_bytes;
};

// Per row of the command table.
struct CommandStatistics {
  std::uint64_t calls = 0;
  std::uint64_t microseconds = 0;  // Until the call was handed to the node and back.
  std::uint64_t rejected = 0;      // Refused before it ran.
  std::uint64_t failed = 0;        // Ran, and answered an error.
};

struct ClientStatistics {
  std::uint64_t connections = 0;
  std::uint64_t commands = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t keyspace_hits = 0;
  std::uint64_t keyspace_misses = 0;
  std::map<std::string, std::uint64_t, std::less<>> rejected;  // By reason: a few fixed words.
  std::map<std::string, std::uint64_t, std::less<>> errors;    // By code: ERR, NOAUTH, …
};

class Service {
 public:
  Service(RespSettings settings, World world);

  std::uint64_t next_ticket() { return ++tickets_; }
  node::ClientId next_client() { return {++clients_}; }
  CommandStatistics& statistics_of(const Command& command);
  bool has_room() const { return buffered_bytes <= settings.buffer_bytes_max; }

  RespSettings settings;
  World world;
  Cursors cursors;
  ClientStatistics clients;
  Rates rates;
  std::vector<CommandStatistics> commands;            // Parallel to the command table.
  std::map<node::ClientId, const Session*> sessions;  // Those that are connected.
  std::size_t buffered_bytes = 0;                     // By all of them.
  // The call whose body ran last, and what it answered: tells a connection whether the call that
  // it has just submitted is parked.
  struct {
    std::uint64_t ticket = 0;
    std::size_t reply_bytes = 0;
  } last_run;

 private:
  std::uint64_t tickets_ = 0;
  std::uint64_t clients_ = 0;
};

}
