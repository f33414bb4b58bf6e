// Commands over many keys. The node looks at a bounded piece of the key space per step.

#include <algorithm>
#include <utility>
#include <vector>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/glob.h"
#include "api/numbers.h"
#include "api/operations.h"
#include "api/texts.h"
#include "core/limits.h"

namespace starling::api::commands {
namespace {

constexpr std::size_t pattern_bytes_max = 1024;  // Matching costs pattern times key.
constexpr std::string_view pattern_too_long = "ERR pattern is too long";

struct ScanOptions {
  core::Range range;
  core::Bytes pattern = "*";
  std::size_t count = 10;
};

// Keys of a scanned piece that match, decoded.
std::vector<core::Bytes> matching(const node::Scanned& scanned, core::BytesView pattern) {
  std::vector<core::Bytes> keys;
  for (const auto& [encoded, head] : scanned.live) {
    auto key = core::decode_key(encoded);
    if (key && (pattern == "*" || matches_glob(pattern, *key))) keys.push_back(std::move(*key));
  }
  return keys;
}

class ScanOperation final : public AskingOperation {
 public:
  ScanOperation(Caller caller, std::uint64_t ticket, ScanOptions options)
      : AskingOperation{caller, ticket}, options_{std::move(options)} {}

  void ask() override { ask_scan(options_.range, options_.count); }

  Step on_reply(node::LocalReply answer, Reply& reply) override {
    const auto* scanned = std::get_if<node::Scanned>(&answer);
    if (scanned == nullptr) {
      reply.error(trouble_of(answer));
      return Step::done;
    }
    const auto cursor = scanned->rest.is_empty() ? 0 : service_.cursors.remember(scanned->rest);
    const auto keys = matching(*scanned, options_.pattern);
    reply.array(2);
    reply.bulk(std::to_string(cursor));
    reply.array(keys.size());
    for (const auto& key : keys) reply.bulk(key);
    return Step::done;
  }

 private:
  ScanOptions options_;
};

class KeysOperation final : public AskingOperation {
 public:
  KeysOperation(Caller caller, std::uint64_t ticket, core::Bytes pattern)
      : AskingOperation{caller, ticket},
        pattern_{std::move(pattern)},
        rest_{core::range_of_prefix(literal_prefix(pattern_))} {}

  void ask() override { ask_scan(rest_, core::limits::scan_records_max); }

  Step on_reply(node::LocalReply answer, Reply& reply) override {
    auto* scanned = std::get_if<node::Scanned>(&answer);
    if (scanned == nullptr) {
      reply.error(trouble_of(answer));
      return Step::done;
    }
    looked_at_ += core::limits::scan_records_max;
    for (auto& key : matching(*scanned, pattern_)) {
      bytes_ += key.size() + sizeof(key);
      keys_.push_back(std::move(key));
    }
    if (looked_at_ > core::limits::keys_looked_at_max || bytes_ > core::limits::output_hard_bytes) {
      reply.error("ERR KEYS would take too long here; use SCAN");
      return Step::done;
    }
    rest_ = std::move(scanned->rest);
    if (!rest_.is_empty()) return Step::ask;
    reply.array(keys_.size());
    for (const auto& key : keys_) reply.bulk(key);
    return Step::done;
  }

 private:
  core::Bytes pattern_;
  core::Range rest_;
  std::vector<core::Bytes> keys_;
  std::size_t bytes_ = 0;
  std::size_t looked_at_ = 0;
};

// A tombstone for every key, batch by batch: it travels like any other delete.
class FlushOperation final : public AskingOperation {
 public:
  FlushOperation(Caller caller, std::uint64_t ticket)
      : AskingOperation{caller, ticket}, ack_{caller.session.ack} {}

  // Alternates between finding keys and erasing them.
  void ask() override { found_.empty() ? ask_scan(rest_, batch_keys) : erase(); }

  Step on_reply(node::LocalReply answer, Reply& reply) override {
    if (auto* scanned = std::get_if<node::Scanned>(&answer)) {
      rest_ = std::move(scanned->rest);
      for (auto& [key, head] : scanned->live) found_.push_back(std::move(key));
    } else if (!std::holds_alternative<node::Answer>(answer)) {
      reply.error(trouble_of(answer));
      return Step::done;
    }
    if (!found_.empty() || !rest_.is_empty()) return Step::ask;
    reply.ok();
    return Step::done;
  }

 private:
  static constexpr std::size_t batch_keys = 512;

  void erase() {
    node::LocalCall call;
    call.client = client_;
    call.ticket = ticket_;
    call.is_write = true;
    call.ack = ack_;
    call.keys = std::exchange(found_, {});
    call.body = [keys = call.keys](node::Transaction& records) {
      for (const auto& key : keys) records.erase(key);
      return core::Bytes{};
    };
    service_.world.submit(std::move(call));
  }

  const node::Ack ack_;
  core::Range rest_ = core::all_users();
  std::vector<core::Bytes> found_;
};

// False: an error has been written.
bool parse_scan_option(const Arguments& words, std::size_t at, ScanOptions& options, bool& is_none,
                       Reply& reply) {
  const auto& value = words[at + 1];
  if (equals_ignoring_case(words[at], "match")) {
    options.pattern = value;
    if (value.size() <= pattern_bytes_max) return true;
    reply.error(pattern_too_long);
  } else if (equals_ignoring_case(words[at], "count")) {
    const auto count = parse_integer(value);
    if (count && *count >= 1) {
      options.count =
          static_cast<std::size_t>(std::min<std::int64_t>(*count, core::limits::scan_records_max));
      return true;
    }
    reply.error(count ? texts::syntax : texts::not_an_integer);
  } else if (equals_ignoring_case(words[at], "type")) {
    is_none = !equals_ignoring_case(value, "string");
    return true;
  } else {
    reply.error(texts::syntax);
  }
  return false;
}

}

std::unique_ptr<Operation> scan(Caller caller, std::uint64_t ticket, Request& request,
                                Reply& reply) {
  const auto& words = request.arguments;
  const auto cursor = parse_unsigned(words[1]);
  ScanOptions options;
  bool is_none = false;
  if (!cursor) {
    reply.error(texts::invalid_cursor);
    return nullptr;
  }
  for (std::size_t at = 2; at < words.size(); at += 2) {
    if (at + 1 == words.size()) {
      reply.error(texts::syntax);
      return nullptr;
    }
    if (!parse_scan_option(words, at, options, is_none, reply)) return nullptr;
  }
  auto range = *cursor == 0 ? core::range_of_prefix(literal_prefix(options.pattern))
                            : caller.service.cursors.find(*cursor);
  if (!range) {
    reply.error(texts::invalid_cursor);
    return nullptr;
  }
  if (is_none) {  // There is no key of another type.
    reply.array(2);
    reply.bulk("0");
    reply.array(0);
    return nullptr;
  }
  options.range = *std::move(range);
  return std::make_unique<ScanOperation>(caller, ticket, std::move(options));
}

std::unique_ptr<Operation> keys(Caller caller, std::uint64_t ticket, Request& request,
                                Reply& reply) {
  if (request.arguments[1].size() > pattern_bytes_max) {
    reply.error(pattern_too_long);
    return nullptr;
  }
  return std::make_unique<KeysOperation>(caller, ticket, std::move(request.arguments[1]));
}

std::unique_ptr<Operation> flush(Caller caller, std::uint64_t ticket, Request& request,
                                 Reply& reply) {
  const auto& words = request.arguments;
  const bool is_known =
      words.size() == 1 || (words.size() == 2 && (equals_ignoring_case(words[1], "sync") ||
                                                  equals_ignoring_case(words[1], "async")));
  if (!is_known) {
    reply.error(texts::syntax);
    return nullptr;
  }
  if (!caller.service.settings.allow_flush) {
    reply.error("ERR FLUSHALL is disabled, set resp.allow_flush");
    return nullptr;
  }
  return std::make_unique<FlushOperation>(caller, ticket);
}

}
