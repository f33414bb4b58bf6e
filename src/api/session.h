#pragma once
// What one client has told us about itself, and what we owe it: the state that commands see and
// change. How its bytes come and go is connection.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/reply.h"
#include "api/resp_parser.h"
#include "core/bytes.h"
#include "core/stamp.h"
#include "core/time.h"
#include "node/local_api.h"

namespace starling::api {

struct Command;

// Where a client came in. The file mode of the unix socket has vouched for who comes through it:
// no password is asked there, and inline commands are taken.
enum class Door : std::uint8_t { tcp, unix_socket };

// One command as it was said.
struct Request {
  const Command* command = nullptr;
  Arguments arguments;
  Protocol protocol = Protocol::resp2;
  std::size_t value_bytes_max = 0;
};

// Between MULTI and EXEC.
struct Transaction {
  std::vector<Request> queue;
  std::size_t bytes = 0;
  bool is_doomed = false;  // A command could not be queued: EXEC will refuse.
};

// The version of each watched key as WATCH found it; a zero stamp: absent.
using WatchedKeys = std::vector<std::pair<core::Bytes, core::Stamp>>;

// What a client may call itself or its library: printable, no spaces, of a sane length.
bool is_client_word(core::BytesView text);

struct Session {
  node::ClientId id;
  Door door = Door::tcp;
  std::string peer_address;
  std::string local_address;
  core::Instant connected_at{};
  core::Instant active_at{};
  std::string_view last_command = "NULL";  // As CLIENT LIST shows "none yet".

  Protocol protocol = Protocol::resp2;
  bool is_authenticated = false;
  bool is_closing = false;  // After the replies so far.
  std::string name;
  std::string library_name;
  std::string library_version;

  enum class Replies : std::uint8_t { on, off, skip_next };
  Replies replies = Replies::on;
  node::Ack ack = node::Ack::fast;
  bool streams = false;  // STARLING STREAM ON: DIFF answers with one reply per entry.

  std::optional<Transaction> transaction;
  // Shared with the bodies of WATCH that have not run yet.
  std::shared_ptr<WatchedKeys> watched;

  std::size_t held_bytes = 0;  // Of input and output, for the common budget.
};

}
