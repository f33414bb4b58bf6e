#pragma once
// One client's bytes, in and out, without a socket: bytes in, commands run in the order in which
// they were said, replies out in the same order.
//
//   receive ─▶ parser ─▶ execute ─▶ slot ──answered──▶ output
//                 ▲         │ submits to the node; goes on with the next command, unless this
//                 └─────────┘ one is parked, or too much output waits
//
// Every command has a slot; slots leave from the front. A parked command (its records are being
// read from disk) and an operation stop what comes after them, not what came before.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "api/command.h"
#include "api/resp_parser.h"
#include "api/service.h"
#include "api/session.h"

namespace starling::api {

class Connection {
 public:
  Connection(Service& service, Door door, std::string peer, std::string local);
  ~Connection();
  Connection(const Connection&) = delete;

  // What the client sent. Executes what it may; the rest is kept, and wants_input() turns false.
  void receive(core::BytesView bytes);
  // The node's answer to a call of this connection.
  void on_reply(std::uint64_t ticket, node::LocalReply answer);
  // Goes on with what receive() kept. can_resume() says that this would do something.
  void resume();
  bool can_resume() const { return must_ask_ || (!backlog_.empty() && can_execute()); }

  // While false, reading more would only pile up.
  bool wants_input() const { return backlog_.empty() && can_execute(); }
  // What is ready to be sent. `undelivered`: what was taken before and is still on its way.
  core::Bytes take_output();
  void set_undelivered(std::size_t bytes);
  // Everything has been answered and the client is to be closed when it has got it.
  bool is_finished() const { return session_.is_closing && slots_.empty(); }
  // Executes nothing more; is_finished() when what was begun has been answered.
  void finish();
  bool has_calls_out() const;
  // It has far more to take than any client may leave lying.
  bool is_overflowing() const;

  const Session& session() const { return session_; }

 private:
  struct Slot {
    std::uint64_t ticket;
    core::Bytes bytes;
    bool is_done = false;
    bool is_muted = false;
    std::size_t promised = 0;  // Its body has run and this is the size of what it answered.
  };
  bool can_execute() const;
  std::size_t output_bytes() const;
  ParserLimits parser_limits() const;
  void consume(core::BytesView& bytes);
  void keep(core::BytesView bytes);

  void execute(Arguments arguments);
  const Command* resolve(const Arguments& arguments, std::string& complaint) const;
  void reject(const Command* command, core::BytesView complaint);
  void queue(Request request);
  void dispatch(Request request);
  void submit(node::LocalCall call);
  void begin(std::unique_ptr<Operation> operation, std::uint64_t ticket);

  Slot& open_slot(std::uint64_t ticket);
  void answer(core::Bytes bytes);
  void fill(Slot& slot, core::Bytes bytes, bool is_done);
  void deliver();
  bool is_muted() const;
  void update_account();

  Service& service_;
  Session session_;
  RespParser parser_;
  core::Bytes backlog_;     // Received, not looked at yet.
  std::deque<Slot> slots_;  // Commands not answered yet, in order, by rising ticket.
  core::Bytes output_;
  std::unique_ptr<Operation> operation_;  // Of the last slot.
  bool must_ask_ = false;                 // The operation's next question waits for resume().
  std::uint64_t parked_ = 0;              // The ticket that everything later waits for.
  bool skips_reply_ = false;              // CLIENT REPLY SKIP was said just before.
  std::size_t promised_ = 0;              // Sum over the slots.
  std::size_t filled_ = 0;                // Bytes in slots.
  std::size_t undelivered_ = 0;
};

}
