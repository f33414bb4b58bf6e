#pragma once
// One row of the command table, and the four shapes that a command can have.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "api/reply.h"
#include "api/service.h"
#include "api/session.h"
#include "core/key.h"
#include "node/local_api.h"

namespace starling::api {

// ---- what a handler is given --------------------------------------------------------------------

// A command that reads or writes the records it names. Runs atomically inside the node; nothing of
// the session is in reach, for the client may be gone by then.
struct DataCall {
  node::Transaction& records;
  const Request& request;
  Reply& reply;
  ClientStatistics& statistics;

  const core::Bytes& argument(std::size_t index) const { return request.arguments[index]; }
  std::size_t arguments() const { return request.arguments.size(); }
  // The live record of the key that stands at `index`. Good until the next change.
  const core::Record* find(std::size_t index);
  void put(std::size_t index, core::BytesView value, std::uint64_t expiry_ms);
  bool erase(std::size_t index);
};

struct Caller {
  Service& service;
  Session& session;
};

// A command that takes several steps or gives several replies. Nothing else runs on its connection
// until it is finished.
class Operation {
 public:
  enum class Step {
    ask,   // Call ask() again, when submitting is possible.
    wait,  // The node has more to say.
    done,  // The reply is complete.
  };
  virtual ~Operation() = default;

  // Submits the next question, under the ticket that the operation was made with.
  virtual void ask() = 0;
  // What is written goes out as it comes.
  virtual Step on_reply(node::LocalReply answer, Reply& reply) = 0;
};

// ---- the four shapes
// ------------------------------------------------------------------------------
using DataHandler = void (*)(DataCall&);
using ImmediateHandler = void (*)(Caller, const Request&, Reply&);
// Makes the call to submit, or writes the whole reply and makes none.
using CallMaker = std::optional<node::LocalCall> (*)(Caller, Request&, Reply&);
// The same for an operation.
using OperationMaker = std::unique_ptr<Operation> (*)(Caller, std::uint64_t ticket, Request&,
                                                      Reply&);
// None: a container that does nothing by itself.
using Handler =
    std::variant<std::monostate, DataHandler, ImmediateHandler, CallMaker, OperationMaker>;

// ---- the row
// ----------------------------------------------------------------------------------------
enum Flag : std::uint16_t {
  flag_write = 1 << 0,
  flag_readonly = 1 << 1,
  flag_denyoom = 1 << 2,
  flag_fast = 1 << 3,
  flag_admin = 1 << 4,
  flag_loading = 1 << 5,     // Works while the store is being opened.
  flag_no_auth = 1 << 6,     // Works before AUTH.
  flag_no_multi = 1 << 7,    // Cannot be queued.
  flag_at_once = 1 << 8,     // Runs at once even between MULTI and EXEC. Of ours.
  flag_per_node = 1 << 9,    // Reads before it writes, so two nodes may both succeed. Of ours.
  flag_container = 1 << 10,  // Its subcommands are the rows that follow. Of ours.
};

// Which arguments are keys, as COMMAND tells it: `last` counts from the end when negative.
struct KeyPositions {
  int first = 0;
  int last = 0;
  int step = 0;
};

struct Command {
  std::string_view name;  // Lower case; "container|subcommand".
  int arity;              // With the name; negative: at least that many.
  unsigned flags;
  KeyPositions keys;
  std::string_view group;
  std::string_view since;
  std::string_view summary;
  Handler handler;

  bool has(Flag flag) const { return (flags & flag) != 0; }
  bool is_subcommand() const { return name.find('|') != std::string_view::npos; }
  bool takes(std::size_t arguments) const {
    return arity >= 0 ? arguments == static_cast<std::size_t>(arity)
                      : arguments >= static_cast<std::size_t>(-arity);
  }
};

// Calls `visit` with the index of every key among `arguments` arguments. The arity has been
// checked.
template <typename Visit>
void for_each_key(const Command& command, std::size_t arguments, Visit visit) {
  const auto& keys = command.keys;
  if (keys.first == 0) return;
  const auto count = static_cast<int>(arguments);
  const auto last = keys.last < 0 ? count + keys.last : keys.last;
  for (int index = keys.first; index <= last; index += keys.step) {
    visit(static_cast<std::size_t>(index));
  }
}

}
