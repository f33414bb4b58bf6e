// Commands on keys, whatever their value: existence, life time, type.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/numbers.h"
#include "api/texts.h"

namespace starling::api::commands {
namespace {

// ---- life time ----------------------------------------------------------------------------------

struct ExpireConditions {
  bool if_none = false;     // NX
  bool if_some = false;     // XX
  bool if_later = false;    // GT
  bool if_earlier = false;  // LT

  // No expiry counts as one that is infinitely late.
  bool allow(std::uint64_t current, std::uint64_t wanted) const {
    if (if_none && current != 0) return false;
    if (if_some && current == 0) return false;
    if (if_later && (current == 0 || wanted <= current)) return false;
    return !(if_earlier && current != 0 && wanted >= current);
  }
};

// None: an error has been written.
std::optional<ExpireConditions> parse_conditions(DataCall& call) {
  ExpireConditions conditions;
  for (std::size_t at = 3; at < call.arguments(); ++at) {
    const auto& word = call.argument(at);
    if (equals_ignoring_case(word, "nx")) {
      conditions.if_none = true;
    } else if (equals_ignoring_case(word, "xx")) {
      conditions.if_some = true;
    } else if (equals_ignoring_case(word, "gt")) {
      conditions.if_later = true;
    } else if (equals_ignoring_case(word, "lt")) {
      conditions.if_earlier = true;
    } else {
      call.reply.error("ERR Unsupported option " + word);
      return std::nullopt;
    }
  }
  if (conditions.if_none && (conditions.if_some || conditions.if_later || conditions.if_earlier)) {
    call.reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return std::nullopt;
  }
  if (conditions.if_later && conditions.if_earlier) {
    call.reply.error("ERR GT and LT options at the same time are not compatible");
    return std::nullopt;
  }
  return conditions;
}

void set_expiry(DataCall& call, ExpiryForm form) {
  const auto conditions = parse_conditions(call);
  if (!conditions) return;
  const auto amount = parse_integer(call.argument(2));
  if (!amount) return call.reply.error(texts::not_an_integer);
  const auto at = expiry_at(*amount, form, call.records.now_ms());
  if (!at) return call.reply.error(invalid_expire_time(call.request.command->name));
  const auto* record = call.find(1);
  const auto wanted = static_cast<std::uint64_t>(std::max<std::int64_t>(*at, 0));
  if (record == nullptr || !conditions->allow(record->head.expiry_ms, wanted)) {
    return call.reply.integer(0);
  }
  if (wanted <= call.records.now_ms()) {
    call.erase(1);
  } else {
    call.put(1, core::Bytes{record->value}, wanted);
  }
  call.reply.integer(1);
}

constexpr std::int64_t no_key = -2;
constexpr std::int64_t no_expiry = -1;

// `remaining`: from now, else since 1970. Seconds are rounded to the nearest, as in Redis.
void reply_expiry(DataCall& call, std::int64_t unit_ms, bool remaining) {
  const auto* record = call.find(1);
  if (record == nullptr) return call.reply.integer(no_key);
  if (record->head.expiry_ms == 0) return call.reply.integer(no_expiry);
  auto ms = static_cast<std::int64_t>(record->head.expiry_ms);
  if (remaining) ms -= static_cast<std::int64_t>(call.records.now_ms());
  call.reply.integer(unit_ms == 1 ? ms : (ms + unit_ms / 2) / unit_ms);
}

}

void expire(DataCall& call) { set_expiry(call, from_now_in_seconds); }
void pexpire(DataCall& call) { set_expiry(call, from_now_in_ms); }
void expireat(DataCall& call) { set_expiry(call, at_second); }
void pexpireat(DataCall& call) { set_expiry(call, at_ms); }

void ttl(DataCall& call) { reply_expiry(call, 1000, true); }
void pttl(DataCall& call) { reply_expiry(call, 1, true); }
void expiretime(DataCall& call) { reply_expiry(call, 1000, false); }
void pexpiretime(DataCall& call) { reply_expiry(call, 1, false); }

void persist(DataCall& call) {
  const auto* record = call.find(1);
  if (record == nullptr || record->head.expiry_ms == 0) return call.reply.integer(0);
  call.put(1, core::Bytes{record->value}, 0);
  call.reply.integer(1);
}

// ---- existence and kind
// ---------------------------------------------------------------------------

void del(DataCall& call) {
  std::int64_t erased = 0;
  for (std::size_t at = 1; at < call.arguments(); ++at) erased += call.erase(at) ? 1 : 0;
  call.reply.integer(erased);
}

void exists(DataCall& call) {
  std::int64_t found = 0;
  for (std::size_t at = 1; at < call.arguments(); ++at) found += call.find(at) != nullptr ? 1 : 0;
  call.reply.integer(found);
}

void type(DataCall& call) { call.reply.simple(call.find(1) == nullptr ? "none" : "string"); }

void object_encoding(DataCall& call) {
  constexpr std::size_t embedded_bytes_max = 44;  // Where Redis changes its answer.
  const auto* record = call.find(2);
  if (record == nullptr) return call.reply.null();
  if (parse_integer(record->value)) return call.reply.bulk("int");
  call.reply.bulk(record->value.size() <= embedded_bytes_max ? "embstr" : "raw");
}

void object_freq(DataCall& call) {
  if (call.find(2) == nullptr) return call.reply.null();
  call.reply.error(
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that "
      "when switching between policies at runtime LRU and LFU data will take some time to adjust.");
}

void object_idletime(DataCall& call) {
  if (call.find(2) == nullptr) return call.reply.null();
  call.reply.integer(0);
}

// On disk, before compression: nothing of a record stays in memory for good but its share of a
// leaf.
void memory_usage(DataCall& call) {
  for (std::size_t at = 3; at < call.arguments(); at += 2) {
    if (!equals_ignoring_case(call.argument(at), "samples") || at + 1 == call.arguments()) {
      return call.reply.error(texts::syntax);
    }
  }
  const auto* record = call.find(2);
  if (record == nullptr) return call.reply.null();
  const auto bytes = core::encode_key(call.argument(2)).size() + core::record_header_bytes_max +
                     record->value.size();
  call.reply.integer(static_cast<std::int64_t>(bytes));
}

}
