#include "api/connection.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "api/command_table.h"
#include "api/operations.h"
#include "api/run.h"
#include "api/texts.h"
#include "core/assert.h"
#include "core/limits.h"

namespace starling::api {
namespace {

// INFO shows what a command cost; the loop's clock stands still within a turn.
std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

std::size_t bytes_of(const Arguments& arguments) {
  std::size_t bytes = sizeof(Request);
  for (const auto& argument : arguments) bytes += argument.size() + sizeof(argument);
  return bytes;
}

core::Bytes encoded_error(core::BytesView text) {
  Reply reply{Protocol::resp2};
  reply.error(text);
  return reply.take();
}

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}

Connection::Connection(Service& service, Door door, std::string peer, std::string local)
    : service_{service} {
  const auto now = service.world.now().instant;
  session_.id = service.next_client();
  session_.door = door;
  session_.peer_address = std::move(peer);
  session_.local_address = std::move(local);
  session_.connected_at = now;
  session_.active_at = now;
  session_.is_authenticated = door == Door::unix_socket || !service.settings.password;
  session_.ack = service.settings.ack;
  service.sessions.emplace(session_.id, &session_);
  ++service.clients.connections;
}

Connection::~Connection() {
  service_.sessions.erase(session_.id);
  service_.buffered_bytes -= session_.held_bytes;
}

// ---- input --------------------------------------------------------------------------------------

void Connection::receive(core::BytesView bytes) {
  service_.clients.bytes_in += bytes.size();
  session_.active_at = service_.world.now().instant;
  if (backlog_.empty()) consume(bytes);
  keep(bytes);
}

void Connection::resume() {
  if (std::exchange(must_ask_, false)) operation_->ask();
  const auto backlog = std::exchange(backlog_, {});
  core::BytesView bytes = backlog;
  consume(bytes);
  keep(bytes);
}

void Connection::keep(core::BytesView bytes) {
  if (!session_.is_closing) backlog_ += bytes;
  update_account();
}

// Executes commands off the front of `bytes` as long as it may.
void Connection::consume(core::BytesView& bytes) {
  while (can_execute()) {
    switch (parser_.next(bytes, parser_limits())) {
      case RespParser::Outcome::hungry:
        return;
      case RespParser::Outcome::command:
        execute(parser_.take_arguments());
        break;
      case RespParser::Outcome::broken:
        ++service_.clients.rejected["protocol"];
        answer(encoded_error(parser_.error()));
        session_.is_closing = true;
        break;
    }
  }
}

bool Connection::can_execute() const {
  if (session_.is_closing || parked_ != 0) return false;
  const auto waiting = output_bytes();
  return waiting < core::limits::output_soft_bytes && (waiting == 0 || service_.has_room());
}

std::size_t Connection::output_bytes() const {
  return output_.size() + promised_ + filled_ + undelivered_;
}

ParserLimits Connection::parser_limits() const {
  return {.arguments_max = core::limits::arguments_max,
          .command_bytes_max = service_.settings.command_bytes_max(),
          .is_trusted = session_.is_authenticated,
          .takes_inline = session_.door == Door::unix_socket};
}

void Connection::finish() {
  session_.is_closing = true;
  backlog_.clear();
  update_account();
}

// ---- commands
// -------------------------------------------------------------------------------------

void Connection::execute(Arguments arguments) {
  const auto start = std::chrono::steady_clock::now();
  ++service_.clients.commands;
  skips_reply_ = session_.replies == Session::Replies::skip_next;
  if (skips_reply_) session_.replies = Session::Replies::on;

  std::string complaint;
  const auto* command = resolve(arguments, complaint);
  if (!complaint.empty()) return reject(command, complaint);
  session_.last_command = command->name;
  Request request{command, std::move(arguments), session_.protocol,
                  service_.settings.value_bytes_max};
  if (const auto too_large = size_complaint(request); !too_large.empty()) {
    return reject(command, too_large);
  }
  if (session_.transaction && !command->has(flag_at_once)) return queue(std::move(request));
  dispatch(std::move(request));
  auto& statistics = service_.statistics_of(*command);
  ++statistics.calls;
  statistics.microseconds += microseconds_since(start);
}

// The row that runs these arguments; or why there is none, or not now.
const Command* Connection::resolve(const Arguments& arguments, std::string& complaint) const {
  const auto* command = find_command(arguments[0]);
  if (command == nullptr || command->is_subcommand()) {
    complaint = complaint_about(arguments);
    return nullptr;
  }
  if (command->has(flag_container) && arguments.size() > 1) {
    const auto* container = command;
    command = find_command(std::string{container->name} + "|" + arguments[1]);
    if (command == nullptr) {
      complaint = unknown_subcommand(*container, arguments[1]);
      return nullptr;
    }
  }
  if (!command->takes(arguments.size())) {
    complaint = texts::wrong_arity(command->name);
  } else if (!session_.is_authenticated && !command->has(flag_no_auth)) {
    complaint = texts::noauth;
  } else if (session_.transaction && command->has(flag_no_multi) && !command->has(flag_at_once)) {
    complaint = texts::not_in_transaction;
  }
  return command;
}

void Connection::reject(const Command* command, core::BytesView complaint) {
  if (session_.transaction) session_.transaction->is_doomed = true;
  if (command != nullptr) ++service_.statistics_of(*command).rejected;
  ++service_.clients.rejected[command == nullptr ? "unknown" : "refused"];
  ++service_.clients.errors[std::string{complaint.substr(0, complaint.find(' '))}];
  answer(encoded_error(complaint));
}

void Connection::queue(Request request) {
  auto& transaction = *session_.transaction;
  const auto bytes = bytes_of(request.arguments);
  if (transaction.bytes + bytes > core::limits::transaction_bytes_max) {
    return reject(request.command, texts::out_of_memory);
  }
  transaction.bytes += bytes;
  transaction.queue.push_back(std::move(request));
  answer("+QUEUED\r\n");
}

void Connection::dispatch(Request request) {
  const Caller caller{service_, session_};
  const auto& command = *request.command;
  Reply reply{session_.protocol};
  const auto answer_with_reply = [&] {
    count_answer(service_, command, reply.view());
    answer(reply.take());
  };
  std::visit(
      Overloaded{[](std::monostate) { STARLING_ASSERT(false); },
                 [&](DataHandler) {
                   const auto ticket = service_.next_ticket();
                   submit(make_call(service_, session_, ticket, std::move(request)));
                 },
                 [&](ImmediateHandler handle) {
                   handle(caller, request, reply);
                   answer_with_reply();
                 },
                 [&](CallMaker make) {
                   auto call = make(caller, request, reply);
                   if (!call) return answer_with_reply();
                   call->ticket = service_.next_ticket();
                   call->body = [&service = service_, ticket = call->ticket,
                                 body = std::move(call->body)](node::Transaction& records) mutable {
                     auto bytes = body(records);
                     service.last_run = {ticket, bytes.size()};
                     return bytes;
                   };
                   submit(*std::move(call));
                 },
                 [&](OperationMaker make) {
                   const auto ticket = service_.next_ticket();
                   auto operation = make(caller, ticket, request, reply);
                   if (!operation) return answer_with_reply();
                   begin(std::move(operation), ticket);
                 }},
      command.handler);
}

void Connection::submit(node::LocalCall call) {
  const auto ticket = call.ticket;
  open_slot(ticket);
  parked_ = ticket;
  service_.world.submit(std::move(call));
  // The answer may have come already, and the slot be gone.
  if (parked_ != ticket || service_.last_run.ticket != ticket) return;
  parked_ = 0;
  slots_.back().promised = service_.last_run.reply_bytes;
  promised_ += slots_.back().promised;
}

void Connection::begin(std::unique_ptr<Operation> operation, std::uint64_t ticket) {
  open_slot(ticket);
  parked_ = ticket;
  operation_ = std::move(operation);
  operation_->ask();
}

// ---- output
// ---------------------------------------------------------------------------------------

void Connection::on_reply(std::uint64_t ticket, node::LocalReply answered) {
  const auto slot = std::ranges::lower_bound(slots_, ticket, {}, &Slot::ticket);
  if (slot == slots_.end() || slot->ticket != ticket || slot->is_done) return;
  if (operation_ && ticket == slots_.back().ticket) {
    Reply reply{session_.protocol};
    const auto step = operation_->on_reply(std::move(answered), reply);
    must_ask_ = step == Operation::Step::ask;
    if (step == Operation::Step::done) operation_.reset();
    fill(slots_.back(), reply.take(), step == Operation::Step::done);
  } else if (auto* answer = std::get_if<node::Answer>(&answered)) {
    fill(*slot, std::move(answer->bytes), true);
  } else {
    const auto* refused = std::get_if<node::Refused>(&answered);
    const auto why = refused != nullptr ? refused->why : node::Refusal::not_running;
    ++service_.clients.rejected["refused"];
    fill(*slot, encoded_error(text_of(why, service_.world.status())), true);
  }
  update_account();
}

Connection::Slot& Connection::open_slot(std::uint64_t ticket) {
  slots_.push_back({.ticket = ticket, .bytes = {}, .is_muted = is_muted()});
  return slots_.back();
}

// A reply that is there at once.
void Connection::answer(core::Bytes bytes) {
  if (slots_.empty()) {
    if (!is_muted()) output_ += bytes;
    return;
  }
  auto& slot = open_slot(service_.next_ticket());
  fill(slot, std::move(bytes), true);
}

void Connection::fill(Slot& slot, core::Bytes bytes, bool is_done) {
  promised_ -= std::exchange(slot.promised, 0);
  if (!slot.is_muted) {
    filled_ += bytes.size();
    slot.bytes.empty() ? slot.bytes = std::move(bytes) : slot.bytes += bytes;
  }
  slot.is_done = is_done;
  if (is_done && parked_ == slot.ticket) parked_ = 0;
  deliver();
}

void Connection::deliver() {
  while (!slots_.empty()) {
    auto& front = slots_.front();
    filled_ -= front.bytes.size();
    output_.empty() ? output_ = std::move(front.bytes) : output_ += front.bytes;
    front.bytes.clear();
    if (!front.is_done) return;
    slots_.pop_front();
  }
}

bool Connection::is_muted() const {
  return skips_reply_ || session_.replies == Session::Replies::off;
}

core::Bytes Connection::take_output() {
  service_.clients.bytes_out += output_.size();
  auto output = std::exchange(output_, {});
  update_account();
  return output;
}

void Connection::set_undelivered(std::size_t bytes) {
  undelivered_ = bytes;
  update_account();
}

bool Connection::is_overflowing() const {
  return output_bytes() > core::limits::output_soft_bytes + core::limits::output_hard_bytes;
}

bool Connection::has_calls_out() const {
  return std::ranges::any_of(slots_, [](const Slot& slot) { return !slot.is_done; });
}

void Connection::update_account() {
  auto held = output_bytes() + backlog_.capacity() + parser_.held_bytes();
  if (session_.transaction) held += session_.transaction->bytes;
  service_.buffered_bytes += held;
  service_.buffered_bytes -= std::exchange(session_.held_bytes, held);
}

}
