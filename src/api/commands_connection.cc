// The greeting of a client: who it is, in which dialect it wants to be answered, and its farewell.

#include <optional>
#include <string>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/numbers.h"
#include "api/texts.h"

namespace starling::api::commands {
namespace {

// What Redis calls the user that a password alone stands for.
constexpr std::string_view only_user = "default";

// Takes the same time wherever the first difference lies.
bool equals_in_constant_time(core::BytesView given, core::BytesView secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char against = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned char>(given[i] ^ against);
  }
  return difference == 0;
}

bool is_right(const Service& service, core::BytesView user, core::BytesView password) {
  const auto& secret = service.settings.password;
  return user == only_user && (!secret || equals_in_constant_time(password, *secret));
}

void reply_hello(const Caller& caller, Reply& reply) {
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");
  reply.bulk("version");
  reply.bulk(texts::redis_version);
  reply.bulk("proto");
  reply.integer(static_cast<int>(caller.session.protocol));
  reply.bulk("id");
  reply.integer(static_cast<std::int64_t>(caller.session.id.value));
  reply.bulk("mode");
  reply.bulk("standalone");
  reply.bulk("role");
  reply.bulk("master");
  reply.bulk("modules");
  reply.array(0);
}

}

void ping(Caller, const Request& request, Reply& reply) {
  if (request.arguments.size() > 2) return reply.error(texts::wrong_arity("ping"));
  if (request.arguments.size() == 2) return reply.bulk(request.arguments[1]);
  reply.simple("PONG");
}

void echo(Caller, const Request& request, Reply& reply) { reply.bulk(request.arguments[1]); }

void hello(Caller caller, const Request& request, Reply& reply) {
  const auto& words = request.arguments;
  auto protocol = caller.session.protocol;
  std::size_t at = 1;
  if (words.size() > 1) {
    const auto version = parse_integer(words[at++]);
    if (!version) {
      return reply.error("ERR Protocol version is not an integer or out of range");
    }
    if (*version != 2 && *version != 3) {
      return reply.error("NOPROTO unsupported protocol version");
    }
    protocol = *version == 3 ? Protocol::resp3 : Protocol::resp2;
  }
  bool is_authenticated = caller.session.is_authenticated;
  std::optional<core::Bytes> name;
  for (; at < words.size(); ++at) {
    if (equals_ignoring_case(words[at], "auth") && at + 2 < words.size()) {
      if (!is_right(caller.service, words[at + 1], words[at + 2])) {
        return reply.error(texts::wrongpass);
      }
      is_authenticated = true;
      at += 2;
    } else if (equals_ignoring_case(words[at], "setname") && at + 1 < words.size()) {
      name = words[++at];
      if (!is_client_word(*name)) return reply.error(texts::invalid_client_name);
    } else {
      return reply.error("ERR Syntax error in HELLO option '" + words[at] + "'");
    }
  }
  if (!is_authenticated) {
    return reply.error(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
        "RESP protocol version at the same time");
  }

  caller.session.is_authenticated = true;
  caller.session.protocol = protocol;
  if (name) caller.session.name = *name;
  Reply answer{protocol};
  reply_hello(caller, answer);
  reply.raw(answer.take());
}

void auth(Caller caller, const Request& request, Reply& reply) {
  const auto& words = request.arguments;
  if (words.size() > 3) return reply.error(texts::syntax);
  if (words.size() == 2 && !caller.service.settings.password) {
    return reply.error(
        "ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?");
  }
  const core::BytesView user = words.size() == 3 ? core::BytesView{words[1]} : only_user;
  if (!is_right(caller.service, user, words.back())) return reply.error(texts::wrongpass);
  caller.session.is_authenticated = true;
  reply.ok();
}

void select(Caller, const Request& request, Reply& reply) {
  const auto index = parse_integer(request.arguments[1]);
  if (!index) return reply.error(texts::not_an_integer);
  if (*index != 0) return reply.error("ERR DB index is out of range");
  reply.ok();
}

void quit(Caller caller, const Request&, Reply& reply) {
  caller.session.is_closing = true;
  reply.ok();
}

void reset(Caller caller, const Request&, Reply& reply) {
  auto& session = caller.session;
  session.transaction.reset();
  session.watched.reset();
  session.protocol = Protocol::resp2;
  session.replies = Session::Replies::on;
  session.name.clear();
  session.ack = caller.service.settings.ack;
  session.streams = false;
  session.is_authenticated =
      session.door == Door::unix_socket || !caller.service.settings.password.has_value();
  reply.simple("RESET");
}

}
