#include "api/run.h"

#include <algorithm>
#include <utility>

#include "api/texts.h"
#include "core/assert.h"
#include "core/limits.h"

namespace starling::api {

const core::Record* DataCall::find(std::size_t index) {
  const auto* record = records.get(core::encode_key(argument(index)));
  if (request.command->has(flag_readonly)) {
    ++(record == nullptr ? statistics.keyspace_misses : statistics.keyspace_hits);
  }
  return record;
}

void DataCall::put(std::size_t index, core::BytesView value, std::uint64_t expiry_ms) {
  STARLING_ASSERT(request.command->has(flag_write));
  records.put(core::encode_key(argument(index)), value, expiry_ms);
}

bool DataCall::erase(std::size_t index) {
  STARLING_ASSERT(request.command->has(flag_write));
  return records.erase(core::encode_key(argument(index)));
}

std::string_view size_complaint(const Request& request) {
  for (const auto& argument : request.arguments) {
    if (argument.size() > request.value_bytes_max) return texts::too_large;
  }
  bool is_too_large = false;
  for_each_key(*request.command, request.arguments.size(), [&](std::size_t index) {
    is_too_large |= request.arguments[index].size() > core::limits::key_bytes_max;
  });
  return is_too_large ? texts::too_large : std::string_view{};
}

void add_keys(const Request& request, std::vector<core::Bytes>& keys) {
  for_each_key(*request.command, request.arguments.size(), [&](std::size_t index) {
    keys.push_back(core::encode_key(request.arguments[index]));
  });
}

void run(const Request& request, node::Transaction& records, Service& service, Reply& reply) {
  const auto before = reply.size();
  DataCall call{records, request, reply, service.clients};
  std::get<DataHandler>(request.command->handler)(call);
  if (reply.size() <= core::limits::output_hard_bytes) return;
  reply.cut_back(before);
  reply.error(texts::reply_too_large);
}

void make_unique(std::vector<core::Bytes>& keys) {
  if (keys.size() < 2) return;
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
}

node::LocalCall make_call(Service& service, const Session& session, std::uint64_t ticket,
                          Request request) {
  node::LocalCall call;
  call.client = session.id;
  call.ticket = ticket;
  call.is_write = request.command->has(flag_write);
  call.ack = session.ack;
  add_keys(request, call.keys);
  make_unique(call.keys);
  call.body = [&service, ticket, request = std::move(request)](node::Transaction& records) {
    Reply reply{request.protocol};
    run(request, records, service, reply);
    count_answer(service, *request.command, reply.view());
    service.last_run = {ticket, reply.size()};
    return reply.take();
  };
  return call;
}

void count_answer(Service& service, const Command& command, core::BytesView encoded) {
  if (!encoded.starts_with('-')) return;
  ++service.statistics_of(command).failed;
  const auto code = encoded.substr(1, encoded.find_first_of(" \r") - 1);
  // Codes come from our own texts, so there are few of them.
  ++service.clients.errors[std::string{code}];
}

}
