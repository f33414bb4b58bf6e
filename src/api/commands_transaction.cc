// MULTI … EXEC: commands are queued as they were said and run as one call, so that nothing
// happens between them on this node and all their changes are in one batch. Other nodes may see
// the keys one by one.

#include <algorithm>
#include <utility>
#include <variant>

#include "api/commands.h"
#include "api/run.h"
#include "api/texts.h"
#include "core/limits.h"

namespace starling::api::commands {
namespace {

core::Stamp stamp_of(const core::Record* record) {
  return record == nullptr ? core::Stamp{} : record->head.stamp;
}

// A queued command, with its reply already made when it has nothing to do with records.
struct Step {
  Request request;
  core::Bytes made;
};

bool touches_records(const Request& request) {
  return std::holds_alternative<DataHandler>(request.command->handler);
}

core::Bytes run_all(const std::vector<Step>& steps, Protocol protocol, node::Transaction& records,
                    Service& service) {
  Reply reply{protocol};
  reply.array(steps.size());
  for (const auto& [request, made] : steps) {
    Reply part{protocol};
    if (touches_records(request)) {
      run(request, records, service, part);
    } else {
      part.raw(made);
    }
    count_answer(service, *request.command, part.view());
    // All has been run whatever the size of the answer: only the answer is cut.
    if (reply.size() + part.size() > core::limits::output_hard_bytes) {
      part.cut_back(0);
      part.error(texts::reply_too_large);
    }
    reply.raw(part.view());
  }
  return reply.take();
}

}

void multi(Caller caller, const Request&, Reply& reply) {
  if (caller.session.transaction) {
    caller.session.transaction->is_doomed = true;
    return reply.error("ERR MULTI calls can not be nested");
  }
  caller.session.transaction.emplace();
  reply.ok();
}

void discard(Caller caller, const Request&, Reply& reply) {
  if (!caller.session.transaction) return reply.error("ERR DISCARD without MULTI");
  caller.session.transaction.reset();
  caller.session.watched.reset();
  reply.ok();
}

void unwatch(Caller caller, const Request&, Reply& reply) {
  caller.session.watched.reset();
  reply.ok();
}

std::optional<node::LocalCall> exec(Caller caller, Request&, Reply& reply) {
  auto& [service, session] = caller;
  if (!session.transaction) {
    reply.error("ERR EXEC without MULTI");
    return std::nullopt;
  }
  auto transaction = *std::exchange(session.transaction, std::nullopt);
  const auto watched = std::exchange(session.watched, nullptr);
  if (transaction.is_doomed) {
    reply.error(texts::exec_abort);
    return std::nullopt;
  }

  node::LocalCall call;
  call.client = session.id;
  call.ack = session.ack;
  std::vector<Step> steps;
  for (auto& request : transaction.queue) {
    core::Bytes made;
    request.protocol = session.protocol;
    if (touches_records(request)) {
      add_keys(request, call.keys);
      call.is_write |= request.command->has(flag_write);
    } else {
      Reply part{session.protocol};
      std::get<ImmediateHandler>(request.command->handler)(caller, request, part);
      made = part.take();
    }
    steps.push_back({std::move(request), std::move(made)});
  }
  if (watched) {
    for (const auto& [key, stamp] : *watched) call.keys.push_back(key);
  }
  make_unique(call.keys);
  call.body = [&service, watched, protocol = session.protocol,
               steps = std::move(steps)](node::Transaction& records) {
    const bool is_untouched = !watched || std::ranges::all_of(*watched, [&](const auto& seen) {
      return stamp_of(records.get(seen.first)) == seen.second;
    });
    if (is_untouched) return run_all(steps, protocol, records, service);
    Reply aborted{protocol};
    aborted.null_array();
    return aborted.take();
  };
  return call;
}

std::optional<node::LocalCall> watch(Caller caller, Request& request, Reply& reply) {
  auto& session = caller.session;
  if (session.transaction) {
    reply.error("ERR WATCH inside MULTI is not allowed");
    return std::nullopt;
  }
  if (!session.watched) session.watched = std::make_shared<WatchedKeys>();
  if (session.watched->size() + request.arguments.size() > core::limits::watched_keys_max) {
    reply.error("ERR too many watched keys");
    return std::nullopt;
  }
  node::LocalCall call;
  call.client = session.id;
  add_keys(request, call.keys);
  call.body = [watched = session.watched, keys = call.keys](node::Transaction& records) {
    for (const auto& key : keys) {
      const bool is_known = std::ranges::contains(*watched, key, &WatchedKeys::value_type::first);
      if (!is_known) watched->emplace_back(key, stamp_of(records.get(key)));
    }
    return core::Bytes{"+OK\r\n"};
  };
  return call;
}

}
