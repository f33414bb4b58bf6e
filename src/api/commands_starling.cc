// STARLING: what only this server knows. Whatever the CLI can do, any Redis client can.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/command_table.h"
#include "api/commands.h"
#include "api/expiry.h"
#include "api/json.h"
#include "api/numbers.h"
#include "api/operations.h"
#include "api/texts.h"
#include "core/limits.h"

namespace starling::api::commands {
namespace {

struct Topic {
  std::string_view name;
  std::vector<std::string_view> lines;
};

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all = {
      {"counters",
       {"Increments are refused until counters exist that two nodes can add to at once.",
        "Every node takes writes on its own and the larger stamp stays: of two increments",
        "made on two nodes at the same time one would be lost. Keep one key per node instead",
        "(hits:edge-a, hits:edge-b) and add them up when reading."}},
      {"types",
       {"Strings only so far: hashes, lists, sets and their kin need merge rules of their own.",
        "A structure can be kept as one string (JSON, for instance); then the larger stamp",
        "stays as a whole."}}};
  return all;
}

struct CompareOptions {
  std::string from;  // Empty: this node.
  std::string peer;
  core::Range range = core::all_users();
  std::size_t entries_max = core::limits::diff_entries_default;
};

// Streaming: each entry is a reply of its own. Else: one array, cut at the limit, summary last.
class CompareOperation final : public AskingOperation {
 public:
  CompareOperation(Caller caller, std::uint64_t ticket, CompareOptions options)
      : AskingOperation{caller, ticket},
        options_{std::move(options)},
        streams_{caller.session.streams} {
    names_ = names_of(service_.world.status());
  }

  void ask() override {
    service_.world.submit(
        node::LocalCompare{client_, ticket_, options_.peer, options_.range, options_.from});
  }

  Step on_reply(node::LocalReply answer, Reply& reply) override {
    if (const auto* entry = std::get_if<node::CompareEntry>(&answer)) {
      if (entries_++ < options_.entries_max) keep(*entry, reply);
      return Step::wait;
    }
    const auto* summary = std::get_if<node::CompareSummary>(&answer);
    if (summary == nullptr) {
      reply.error(trouble_of(answer));
      return Step::done;
    }
    if (!streams_) {
      reply.array(kept_.size() + 1);
      for (const auto& line : kept_) reply.bulk(line);
    }
    reply.bulk(compare_summary_json(*summary));
    return Step::done;
  }

 private:
  void keep(const node::CompareEntry& entry, Reply& reply) {
    const auto wall = std::max<std::int64_t>(service_.world.now().wall.ms, 0);
    const auto now = core::Hlc::from_ms(static_cast<std::uint64_t>(wall));
    auto line = compare_entry_json(entry, names_, now);
    if (streams_) return reply.bulk(line);
    kept_.push_back(std::move(line));
  }

  const CompareOptions options_;
  const bool streams_;
  MemberNames names_;
  std::vector<std::string> kept_;
  std::size_t entries_ = 0;
};

class AdminOperation final : public AskingOperation {
 public:
  AdminOperation(Caller caller, std::uint64_t ticket, node::LocalAdmin::Act act)
      : AskingOperation{caller, ticket}, act_{act} {}

  void ask() override { service_.world.submit(node::LocalAdmin{client_, ticket_, act_}); }

  Step on_reply(node::LocalReply answer, Reply& reply) override {
    std::holds_alternative<node::Done>(answer) ? reply.ok() : reply.error(trouble_of(answer));
    return Step::done;
  }

 private:
  const node::LocalAdmin::Act act_;
};

// The name of a peer, perhaps after the name of whom to compare it with, and options in any order.
std::optional<CompareOptions> parse_compare(const Caller& caller, const Arguments& words,
                                            Reply& reply) {
  CompareOptions options;
  if (caller.session.streams) options.entries_max = SIZE_MAX;
  std::vector<std::string> sides;
  for (std::size_t at = 2; at < words.size(); ++at) {
    const bool has_value = at + 1 < words.size();
    if (has_value && equals_ignoring_case(words[at], "prefix")) {
      const auto& prefix = words[++at];
      if (prefix.size() > core::limits::key_bytes_max) {
        reply.error(texts::too_large);
        return std::nullopt;
      }
      options.range = core::range_of_prefix(prefix);
    } else if (has_value && equals_ignoring_case(words[at], "limit")) {
      const auto limit = parse_unsigned(words[++at]);
      if (!limit) {
        reply.error(texts::not_an_integer);
        return std::nullopt;
      }
      options.entries_max = caller.session.streams
                                ? *limit
                                : std::min<std::size_t>(*limit, core::limits::diff_entries_max);
    } else if (has_value && equals_ignoring_case(words[at], "from")) {
      options.from = words[++at];
    } else {
      sides.push_back(words[at]);
    }
  }
  if (options.from.empty() && sides.size() == 2) {
    options.from = std::move(sides.front());
    sides.erase(sides.begin());
  }
  if (sides.size() != 1) {
    reply.error(texts::syntax);
    return std::nullopt;
  }
  options.peer = sides.back();
  return options;
}

}

void starling_help(Caller caller, const Request& request, Reply& reply) {
  if (request.arguments.size() == 2) return container_help(caller, request, reply);
  for (const auto& topic : topics()) {
    if (!equals_ignoring_case(request.arguments[2], topic.name)) continue;
    reply.array(topic.lines.size());
    for (const auto line : topic.lines) reply.simple(line);
    return;
  }
  reply.error("ERR no such topic; there are: counters, types");
}

void starling_status(Caller caller, const Request&, Reply& reply) {
  reply.bulk(status_json(caller.service.world.status()));
}

void starling_members(Caller caller, const Request&, Reply& reply) {
  reply.bulk(members_json(caller.service.world.status()));
}

void starling_check(Caller caller, const Request&, Reply& reply) {
  reply.bulk(check_json(caller.service.world.status()));
}

void starling_ack(Caller caller, const Request& request, Reply& reply) {
  const bool is_durable = equals_ignoring_case(request.arguments[2], "durable");
  if (!is_durable && !equals_ignoring_case(request.arguments[2], "fast")) {
    return reply.error(texts::syntax);
  }
  caller.session.ack = is_durable ? node::Ack::durable : node::Ack::fast;
  reply.ok();
}

void starling_stream(Caller caller, const Request& request, Reply& reply) {
  const bool is_on = equals_ignoring_case(request.arguments[2], "on");
  if (!is_on && !equals_ignoring_case(request.arguments[2], "off")) {
    return reply.error(texts::syntax);
  }
  caller.session.streams = is_on;
  reply.ok();
}

std::unique_ptr<Operation> starling_diff(Caller caller, std::uint64_t ticket, Request& request,
                                         Reply& reply) {
  auto options = parse_compare(caller, request.arguments, reply);
  if (!options) return nullptr;
  return std::make_unique<CompareOperation>(caller, ticket, *std::move(options));
}

std::unique_ptr<Operation> starling_freeze(Caller caller, std::uint64_t ticket, Request&, Reply&) {
  return std::make_unique<AdminOperation>(caller, ticket, node::LocalAdmin::Act::freeze);
}

std::unique_ptr<Operation> starling_thaw(Caller caller, std::uint64_t ticket, Request&, Reply&) {
  return std::make_unique<AdminOperation>(caller, ticket, node::LocalAdmin::Act::thaw);
}

}
