// CLIENT: what a client says and asks about itself and others.

#include <chrono>
#include <string>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/texts.h"

namespace starling::api::commands {
namespace {

std::int64_t seconds_between(core::Instant from, core::Instant to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

// One line of CLIENT LIST, fields as tools expect them.
std::string line_of(const Session& session, core::Instant now) {
  std::string line = "id=" + std::to_string(session.id.value);
  const auto add = [&line](std::string_view name, std::string_view value) {
    line.append(" ").append(name).append("=").append(value);
  };
  const auto queued = session.transaction
                          ? static_cast<std::int64_t>(session.transaction->queue.size())
                          : std::int64_t{-1};
  add("addr", session.peer_address);
  add("laddr", session.local_address);
  add("name", session.name);
  add("age", std::to_string(seconds_between(session.connected_at, now)));
  add("idle", std::to_string(seconds_between(session.active_at, now)));
  add("flags", session.door == Door::unix_socket ? "U" : "N");
  add("db", "0");
  add("sub", "0");
  add("psub", "0");
  add("ssub", "0");
  add("multi", std::to_string(queued));
  add("watch", std::to_string(session.watched ? session.watched->size() : 0));
  add("tot-mem", std::to_string(session.held_bytes));
  add("cmd", session.last_command);
  add("user", "default");
  add("resp", session.protocol == Protocol::resp3 ? "3" : "2");
  add("lib-name", session.library_name);
  add("lib-ver", session.library_version);
  return line + "\n";
}

}

void client_id(Caller caller, const Request&, Reply& reply) {
  reply.integer(static_cast<std::int64_t>(caller.session.id.value));
}

void client_setname(Caller caller, const Request& request, Reply& reply) {
  if (!is_client_word(request.arguments[2])) return reply.error(texts::invalid_client_name);
  caller.session.name = request.arguments[2];
  reply.ok();
}

void client_getname(Caller caller, const Request&, Reply& reply) {
  if (caller.session.name.empty()) return reply.null();
  reply.bulk(caller.session.name);
}

void client_setinfo(Caller caller, const Request& request, Reply& reply) {
  const auto& option = request.arguments[2];
  const bool is_name = equals_ignoring_case(option, "lib-name");
  const bool is_version = equals_ignoring_case(option, "lib-ver");
  if (!is_name && !is_version) return reply.error("ERR Unrecognized option '" + option + "'");
  if (!is_client_word(request.arguments[3])) {
    return reply.error("ERR " + option + " cannot contain spaces, newlines or special characters.");
  }
  auto& target = is_name ? caller.session.library_name : caller.session.library_version;
  target = request.arguments[3];
  reply.ok();
}

void client_info(Caller caller, const Request&, Reply& reply) {
  reply.verbatim(line_of(caller.session, caller.service.world.now().instant));
}

void client_list(Caller caller, const Request& request, Reply& reply) {
  if (request.arguments.size() > 2) return reply.error(texts::syntax);
  const auto now = caller.service.world.now().instant;
  std::string lines;
  for (const auto& [id, session] : caller.service.sessions) lines += line_of(*session, now);
  reply.verbatim(lines);
}

void client_reply(Caller caller, const Request& request, Reply& reply) {
  const auto& how = request.arguments[2];
  if (equals_ignoring_case(how, "on")) {
    caller.session.replies = Session::Replies::on;
    return reply.ok();
  }
  if (equals_ignoring_case(how, "off")) {
    caller.session.replies = Session::Replies::off;
  } else if (equals_ignoring_case(how, "skip")) {
    caller.session.replies = Session::Replies::skip_next;
  } else {
    reply.error(texts::syntax);
  }
}

// Nothing here is ever evicted and reads leave no trace, so either position is the truth.
void client_switch(Caller, const Request& request, Reply& reply) {
  const auto& how = request.arguments[2];
  if (!equals_ignoring_case(how, "on") && !equals_ignoring_case(how, "off")) {
    return reply.error(texts::syntax);
  }
  reply.ok();
}

}
