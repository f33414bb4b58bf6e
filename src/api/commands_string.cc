// Commands whose record is a string. Each is a pure function of the records it names.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/numbers.h"
#include "api/texts.h"
#include "core/limits.h"

namespace starling::api::commands {
namespace {

void reply_value(DataCall& call, const core::Record* record) {
  if (record == nullptr) return call.reply.null();
  call.reply.bulk(record->value);
}

// ---- SET and its options ----------------------------------------------------------------------

struct WriteOptions {
  std::optional<ExpiryForm> form;
  std::size_t amount = 0;  // Index of the argument that gives the time.
  bool keeps_expiry = false;
  bool persists = false;
  bool only_if_absent = false;
  bool only_if_present = false;
  bool answers_old = false;
};

// The options from `first` on, as far as SET or GETEX knows them; none: a syntax error.
std::optional<WriteOptions> parse_options(const DataCall& call, std::size_t first, bool is_set) {
  WriteOptions options;
  for (auto at = first; at < call.arguments(); ++at) {
    const auto& word = call.argument(at);
    const bool has_time = options.form || options.keeps_expiry || options.persists;
    if (const auto form = expiry_form_of(word); form && !has_time) {
      if (++at == call.arguments()) return std::nullopt;
      options.form = form;
      options.amount = at;
    } else if (!is_set && equals_ignoring_case(word, "persist") && !has_time) {
      options.persists = true;
    } else if (is_set && equals_ignoring_case(word, "keepttl") && !has_time) {
      options.keeps_expiry = true;
    } else if (is_set && equals_ignoring_case(word, "nx") && !options.only_if_present) {
      options.only_if_absent = true;
    } else if (is_set && equals_ignoring_case(word, "xx") && !options.only_if_absent) {
      options.only_if_present = true;
    } else if (is_set && equals_ignoring_case(word, "get")) {
      options.answers_old = true;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

// The expiry that the argument at `index` asks for; none: an error has been written.
std::optional<std::uint64_t> parse_expiry(DataCall& call, std::size_t index, ExpiryForm form) {
  const auto amount = parse_integer(call.argument(index));
  if (!amount) {
    call.reply.error(texts::not_an_integer);
    return std::nullopt;
  }
  const auto at = expiry_at(*amount, form, call.records.now_ms());
  if (*amount <= 0 || !at) {
    call.reply.error(invalid_expire_time(call.request.command->name));
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*at);
}

void set_with_expiry(DataCall& call, ExpiryForm form) {
  const auto expiry = parse_expiry(call, 2, form);
  if (!expiry) return;
  call.put(1, call.argument(3), *expiry);
  call.reply.ok();
}

}

void get(DataCall& call) { reply_value(call, call.find(1)); }

void set(DataCall& call) {
  const auto options = parse_options(call, 3, true);
  if (!options) return call.reply.error(texts::syntax);
  std::optional<std::uint64_t> expiry{0};
  if (options->form) expiry = parse_expiry(call, options->amount, *options->form);
  if (!expiry) return;
  const bool must_look = options->answers_old || options->keeps_expiry || options->only_if_absent ||
                         options->only_if_present;
  const auto* old = must_look ? call.find(1) : nullptr;
  if (options->answers_old) reply_value(call, old);
  const bool is_refused =
      (options->only_if_absent && old != nullptr) || (options->only_if_present && old == nullptr);
  if (is_refused) {
    if (!options->answers_old) call.reply.null();
    return;
  }
  if (options->keeps_expiry && old != nullptr) expiry = old->head.expiry_ms;
  call.put(1, call.argument(2), *expiry);
  if (!options->answers_old) call.reply.ok();
}

void setex(DataCall& call) { set_with_expiry(call, from_now_in_seconds); }
void psetex(DataCall& call) { set_with_expiry(call, from_now_in_ms); }

void setnx(DataCall& call) {
  if (call.find(1) != nullptr) return call.reply.integer(0);
  call.put(1, call.argument(2), 0);
  call.reply.integer(1);
}

void getset(DataCall& call) {
  reply_value(call, call.find(1));
  call.put(1, call.argument(2), 0);
}

void getdel(DataCall& call) {
  reply_value(call, call.find(1));
  call.erase(1);
}

void getex(DataCall& call) {
  const auto options = parse_options(call, 2, false);
  if (!options) return call.reply.error(texts::syntax);
  std::optional<std::uint64_t> expiry{0};
  if (options->form) expiry = parse_expiry(call, options->amount, *options->form);
  if (!expiry) return;
  const auto* record = call.find(1);
  reply_value(call, record);
  const bool changes = record != nullptr && (options->form || options->persists) &&
                       record->head.expiry_ms != *expiry;
  if (changes) call.put(1, core::Bytes{record->value}, *expiry);
}

// ---- several keys -----------------------------------------------------------------------------

void mget(DataCall& call) {
  call.reply.array(call.arguments() - 1);
  for (std::size_t at = 1; at < call.arguments(); ++at) {
    reply_value(call, call.find(at));
    if (call.reply.size() > core::limits::output_hard_bytes) return;  // Refused by the caller.
  }
}

void mset(DataCall& call) {
  if (call.arguments() % 2 == 0) return call.reply.error(texts::wrong_arity("mset"));
  for (std::size_t at = 1; at < call.arguments(); at += 2) call.put(at, call.argument(at + 1), 0);
  call.reply.ok();
}

void msetnx(DataCall& call) {
  if (call.arguments() % 2 == 0) return call.reply.error(texts::wrong_arity("msetnx"));
  for (std::size_t at = 1; at < call.arguments(); at += 2) {
    if (call.find(at) != nullptr) return call.reply.integer(0);
  }
  for (std::size_t at = 1; at < call.arguments(); at += 2) call.put(at, call.argument(at + 1), 0);
  call.reply.integer(1);
}

// ---- parts of a value -------------------------------------------------------------------------

void strlen(DataCall& call) {
  const auto* record = call.find(1);
  call.reply.integer(record == nullptr ? 0 : static_cast<std::int64_t>(record->value.size()));
}

void append(DataCall& call) {
  const auto* record = call.find(1);
  core::Bytes value = record == nullptr ? core::Bytes{} : record->value;
  const auto expiry = record == nullptr ? 0 : record->head.expiry_ms;
  if (value.size() + call.argument(2).size() > call.request.value_bytes_max) {
    return call.reply.error(texts::too_large);
  }
  value += call.argument(2);
  call.put(1, value, expiry);
  call.reply.integer(static_cast<std::int64_t>(value.size()));
}

void getrange(DataCall& call) {
  const auto first = parse_integer(call.argument(2));
  const auto last = parse_integer(call.argument(3));
  if (!first || !last) return call.reply.error(texts::not_an_integer);
  const auto* record = call.find(1);
  if (record == nullptr) return call.reply.bulk("");
  const auto size = static_cast<std::int64_t>(record->value.size());
  const auto from_start = [size](std::int64_t index) {
    return index < 0 ? std::max<std::int64_t>(index + size, 0) : index;
  };
  // Both before the first byte and in the wrong order: Redis answers nothing, not the first byte.
  const bool is_reversed = *first < 0 && *last < 0 && *first > *last;
  const auto begin = from_start(*first);
  const auto end = std::min(from_start(*last), size - 1);
  if (is_reversed || begin > end) return call.reply.bulk("");
  call.reply.bulk(core::BytesView{record->value}.substr(static_cast<std::size_t>(begin),
                                                        static_cast<std::size_t>(end - begin + 1)));
}

void setrange(DataCall& call) {
  const auto offset = parse_integer(call.argument(2));
  if (!offset) return call.reply.error(texts::not_an_integer);
  if (*offset < 0) return call.reply.error(texts::offset);
  const auto& patch = call.argument(3);
  const auto* record = call.find(1);
  core::Bytes value = record == nullptr ? core::Bytes{} : record->value;
  if (patch.empty()) return call.reply.integer(static_cast<std::int64_t>(value.size()));
  const auto begin = static_cast<std::uint64_t>(*offset);
  const auto largest = call.request.value_bytes_max;
  if (begin > largest || begin + patch.size() > largest) return call.reply.error(texts::too_large);
  const auto expiry = record == nullptr ? 0 : record->head.expiry_ms;
  value.resize(std::max(value.size(), begin + patch.size()));
  value.replace(begin, patch.size(), patch);
  call.put(1, value, expiry);
  call.reply.integer(static_cast<std::int64_t>(value.size()));
}

}
