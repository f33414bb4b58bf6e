#include "tools/starling/difference.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t key_columns_max = 48;
constexpr std::size_t value_columns_max = 60;

std::string text_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::uint64_t number_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::optional<Side> side_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return std::nullopt;
  const auto tombstone = found->find("tombstone");
  return Side{.hlc = text_field(*found, "hlc"),
              .origin = text_field(*found, "origin"),
              .age_ms = number_field(*found, "age_ms"),
              .bytes = number_field(*found, "bytes"),
              .is_tombstone =
                  tombstone != found->end() && tombstone->is_boolean() && tombstone->get<bool>(),
              .expiry_ms = number_field(*found, "expiry")};
}

std::optional<std::string> key_field(const Json& object) {
  if (object.contains("key")) return text_field(object, "key");
  return from_base64(text_field(object, "key_b64"));
}

Summary summary_of(const Json& object) {
  return {.a = text_field(object, "a"),
          .b = text_field(object, "b"),
          .cut = number_field(object, "cut"),
          .leaves = number_field(object, "leaves"),
          .ranges_compared = number_field(object, "ranges_compared"),
          .leaves_differ = number_field(object, "leaves_differ"),
          .keys_differ = number_field(object, "keys_differ"),
          .in_flight = number_field(object, "in_flight"),
          .round_trips = number_field(object, "round_trips"),
          .bytes = number_field(object, "bytes"),
          .took_ms = number_field(object, "took_ms"),
          .trouble = text_field(object, "trouble")};
}

Json json_of(const Side& side) {
  return {{"hlc", side.hlc},     {"origin", side.origin},          {"age_ms", side.age_ms},
          {"bytes", side.bytes}, {"tombstone", side.is_tombstone}, {"expiry", side.expiry_ms}};
}

void put_bytes(Json& object, const std::string& name, std::string_view bytes) {
  if (is_utf8(bytes)) {
    object[name] = bytes;
  } else {
    object[name + "_b64"] = to_base64(bytes);
  }
}

std::string ago(std::uint64_t age_ms) { return age_text(Milliseconds{age_ms}) + " ago"; }

std::string stamp_text(const Side& side) {
  const auto ms = milliseconds_of_stamp(side.hlc);
  return (ms ? clock_text(*ms, true) : side.hlc) + " " + escaped(side.origin);
}

std::string only_on(const Side& side, const std::string& name) {
  const auto what = side.is_tombstone ? "deletion only on " : "only on ";
  return what + name + "   written " + ago(side.age_ms) + " by " + escaped(side.origin);
}

std::string value_line(const std::string& letter, const std::string& name, std::uint64_t bytes,
                       const std::optional<std::string>& value) {
  return "      " + letter + ": " +
         (value ? size_text(value->size()) + "   " + shortened(*value, value_columns_max)
                : size_text(bytes) + "   on " + name +
                      ", which alone can show it: starling --addr … get KEY");
}

void append_values(std::vector<std::string>& lines, const Difference& difference,
                   const Names& names) {
  if (!difference.value_a && !difference.value_b) return;
  if (difference.a && !difference.a->is_tombstone) {
    lines.push_back(value_line("a", names.a, difference.a->bytes, difference.value_a));
  }
  if (difference.b && !difference.b->is_tombstone) {
    lines.push_back(value_line("b", names.b, difference.b->bytes, difference.value_b));
  }
}

}

char Difference::sign() const {
  if (op == "only_a") return '<';
  if (op == "only_b") return '>';
  if (op == "differ") return '*';
  if (op == "tombstone") return 't';
  return op == "same_stamp" ? '?' : '!';
}

std::uint64_t Difference::age_ms() const {
  if (a && b) return std::min(a->age_ms, b->age_ms);
  return a ? a->age_ms : b ? b->age_ms : 0;
}

Outcome<StreamItem> parse_item(const std::string& json) {
  const auto object = Json::parse(json, nullptr, false);
  const auto type = object.is_object() ? text_field(object, "type") : "";
  if (type == "summary") return StreamItem{.difference = {}, .summary = summary_of(object)};
  auto key = object.is_object() ? key_field(object) : std::nullopt;
  if (type != "key" || !key) {
    return trouble("the node's report makes no sense: " + shortened(json, value_columns_max),
                   "starling version");
  }
  return StreamItem{.difference = Difference{.op = text_field(object, "op"),
                                             .key = *std::move(key),
                                             .a = side_field(object, "a"),
                                             .b = side_field(object, "b"),
                                             .does_a_win = text_field(object, "winner") == "a"},
                    .summary = {}};
}

std::string to_json(const Difference& difference) {
  Json object{{"type", "key"}, {"op", difference.op}};
  put_bytes(object, "key", difference.key);
  object["age_ms"] = difference.age_ms();
  if (difference.a) object["a"] = json_of(*difference.a);
  if (difference.b) object["b"] = json_of(*difference.b);
  if (difference.value_a) put_bytes(object["a"], "value", *difference.value_a);
  if (difference.value_b) put_bytes(object["b"], "value", *difference.value_b);
  object["winner"] = difference.does_a_win ? "a" : "b";
  return object.dump();
}

std::string to_json(const Summary& summary) {
  Json object{{"type", "summary"},
              {"a", summary.a},
              {"b", summary.b},
              {"cut", summary.cut},
              {"leaves", summary.leaves},
              {"ranges_compared", summary.ranges_compared},
              {"leaves_differ", summary.leaves_differ},
              {"keys_differ", summary.keys_differ},
              {"oldest_age_ms", summary.oldest_ms},
              {"in_flight", summary.in_flight},
              {"round_trips", summary.round_trips},
              {"bytes", summary.bytes},
              {"took_ms", summary.took_ms},
              {"equal", summary.is_equal()}};
  if (!summary.trouble.empty()) object["trouble"] = summary.trouble;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string headline(const Summary& summary) {
  const auto keys = summary.keys_differ == 0
                        ? std::string{"0 keys differ"}
                        : plural(summary.keys_differ, "key differs", "keys differ") + ", oldest " +
                              age_text(Milliseconds{summary.oldest_ms});
  return escaped(summary.a) + " … " + escaped(summary.b) + "   cut " +
         clock_text(summary.cut * 1000, false) + "   " + plural(summary.leaves, "leaf", "leaves") +
         ", " + plural(summary.leaves_differ, "differs", "differ") + "   " + keys + ", " +
         grouped(summary.in_flight) + " in flight   " +
         plural(summary.round_trips, "round trip", "round trips") + ", " +
         took_text(Milliseconds{summary.took_ms}) + ", " + size_text(summary.bytes);
}

std::string story(const Difference& difference, const Names& names) {
  const auto& [a, b] = std::tie(difference.a, difference.b);
  switch (difference.sign()) {
    case '<':
      if (a) return only_on(*a, names.a);
      break;
    case '>':
      if (b) return only_on(*b, names.b);
      break;
    case '*':
    case '?':
      if (a && b) {
        const auto on_a = "a: " + stamp_text(*a);
        const auto on_b = "b: " + stamp_text(*b);
        if (difference.sign() == '?') return on_a + ", other bytes on b: corruption";
        return (difference.does_a_win ? on_b + "  →  " + on_a : on_a + "  →  " + on_b) + ", " +
               ago(difference.age_ms());
      }
      break;
    case 't':
      if (a && b) {
        const auto& grave = a->is_tombstone ? *a : *b;
        const bool is_grave_newer = a->is_tombstone == difference.does_a_win;
        return "deleted on " + (a->is_tombstone ? names.a : names.b) + " " + ago(grave.age_ms) +
               (is_grave_newer ? ", still live on " : ", written anew on ") +
               (a->is_tombstone ? names.b : names.a);
      }
      break;
    default:
      break;
  }
  return "could not be compared";
}

std::vector<std::string> lines(const std::vector<Difference>& differences, const Names& names) {
  std::vector<std::string> keys;
  std::size_t width = 0;
  for (const auto& difference : differences) {
    keys.push_back(shortened(difference.key, key_columns_max));
    width = std::max(width, columns_of(keys.back()));
  }
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < differences.size(); ++at) {
    lines.push_back(std::string{" "} + differences[at].sign() + "  " + keys[at] +
                    std::string(width - columns_of(keys[at]) + 3, ' ') +
                    story(differences[at], names));
    append_values(lines, differences[at], names);
  }
  return lines;
}

std::vector<std::string> plain_row(const Difference& difference) {
  const auto& [a, b] = std::tie(difference.a, difference.b);
  return {std::string{difference.sign()},
          escaped(difference.key),
          difference.op,
          a ? a->hlc : "",
          a ? escaped(a->origin) : "",
          b ? b->hlc : "",
          b ? escaped(b->origin) : "",
          std::to_string(difference.age_ms())};
}

}
