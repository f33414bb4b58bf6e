#include "tools/starling/client.h"

#include <hiredis/hiredis.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace starling::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Milliseconds breath{200};
constexpr std::size_t password_bytes_max = 1024;

redisContext* opened(void* context) { return static_cast<redisContext*>(context); }

timeval timeval_of(Milliseconds time) {
  timeval value{};
  value.tv_sec = time.count() / 1000;
  value.tv_usec = time.count() % 1000 * 1000;
  return value;
}

Reply copied(const redisReply& from) {
  switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return {Reply::Kind::text, {from.str, from.len}};
    case REDIS_REPLY_ERROR:
      return {Reply::Kind::error, {from.str, from.len}};
    case REDIS_REPLY_INTEGER:
      return {Reply::Kind::integer, {}, from.integer};
    case REDIS_REPLY_ARRAY: {
      Reply reply{Reply::Kind::array, {}};
      for (std::size_t at = 0; at < from.elements; ++at) {
        reply.elements.push_back(copied(*from.element[at]));
      }
      return reply;
    }
    default:
      return {};
  }
}

std::string remedy_of_connect(const Address& address, int error) {
  if (error == EACCES) return "ls -l " + address.socket + "   shows whose group may use it";
  const auto is_standard = address.socket == standard_address;
  return std::string{"is starlingd running there?"} +
         (is_standard ? " Another node or place: --addr PATH or --addr HOST:PORT" : "");
}

Outcome<std::string> read_password(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string line;
  if (!file || !std::getline(file, line)) {
    return trouble("cannot read a password from " + path, "ls -l " + path);
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty() || line.size() > password_bytes_max) {
    return trouble(path + ": the first line is not a password of 1 to 1024 bytes");
  }
  return line;
}

}

void Client::Close::operator()(void* context) const { redisFree(opened(context)); }

Client::Client(void* context, Access access) : context_{context}, access_{std::move(access)} {}

Outcome<Client> Client::connect(const Access& access) {
  const auto& address = access.address;
  const auto timeout = timeval_of(access.timeout);
  redisOptions options{};
  if (address.socket.empty()) {
    REDIS_OPTIONS_SET_TCP(&options, address.host.c_str(), address.port);
  } else {
    REDIS_OPTIONS_SET_UNIX(&options, address.socket.c_str());
  }
  options.connect_timeout = &timeout;
  options.command_timeout = &timeout;
  errno = 0;
  auto* const context = redisConnectWithOptions(&options);
  const int error = errno;
  if (context == nullptr) return trouble("no memory for a connection");
  Client client{context, access};
  if (context->err != 0) {
    return trouble("no node answers at " + address.to_text() + ": " + context->errstr,
                   remedy_of_connect(address, error));
  }
  if (!access.password_file.empty()) {
    const auto password = read_password(access.password_file);
    if (!password) return std::unexpected(password.error());
    if (auto answer = client.ask({"AUTH", *password}); !answer) {
      return std::unexpected(answer.error());
    }
  }
  return client;
}

Outcome<Reply> Client::ask(const std::vector<std::string>& words) {
  if (auto sent = send(words); !sent) return std::unexpected(sent.error());
  auto reply = receive();
  if (reply && reply->kind == Reply::Kind::error) {
    return std::unexpected(trouble_of_error(reply->text));
  }
  return reply;
}

Outcome<void> Client::send(const std::vector<std::string>& words) {
  auto* const context = opened(context_.get());
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  int is_done = 0;
  if (redisAppendCommandArgv(context, static_cast<int>(words.size()), starts.data(),
                             sizes.data()) != REDIS_OK) {
    return broken();
  }
  while (is_done == 0) {
    if (redisBufferWrite(context, &is_done) != REDIS_OK) return broken();
  }
  return {};
}

Outcome<Reply> Client::receive(const std::function<void()>& while_waiting) {
  auto* const context = opened(context_.get());
  const auto deadline = Clock::now() + access_.timeout;
  for (;;) {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context, &raw) != REDIS_OK) return broken();
    if (raw != nullptr) {
      const std::unique_ptr<void, decltype(&freeReplyObject)> reply{raw, &freeReplyObject};
      return copied(*static_cast<const redisReply*>(raw));
    }
    pollfd watched{context->fd, POLLIN, 0};
    const int ready = poll(&watched, 1, static_cast<int>(breath.count()));
    if (ready < 0 && errno != EINTR) return trouble(std::string{"poll: "} + std::strerror(errno));
    if (ready > 0 && redisBufferRead(context) != REDIS_OK) return broken();
    while_waiting();
    if (ready <= 0 && Clock::now() > deadline) {
      return trouble(
          "no answer from " + access_.address.to_text() + " within " + took_text(access_.timeout),
          "wait longer: --timeout 60s");
    }
  }
}

std::unexpected<Trouble> Client::broken() const {
  return trouble("the connection to " + access_.address.to_text() +
                     " broke: " + opened(context_.get())->errstr,
                 "starling status   (is the node still there?)");
}

Trouble trouble_of_error(const std::string& text) {
  const auto starts = [&](std::string_view prefix) { return text.starts_with(prefix); };
  if (starts("NOAUTH")) {
    return {"the node wants a password", "--password-file FILE, or its unix socket: --addr PATH"};
  }
  if (starts("WRONGPASS")) return {"the node refused the password", "look at --password-file"};
  if (starts("LOADING")) return {"the node is still opening its store", "starling status"};
  if (starts("ERR unknown command 'STARLING'") || starts("ERR unknown command 'starling'")) {
    return {"what answers there is not starlingd", "look at --addr"};
  }
  return {"the node answered: " + (starts("ERR ") ? text.substr(4) : text), ""};
}

}
