// get, set, del, scan: one record, or the names of many.

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/starling/orders.h"
#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t value_bytes_max = 16 << 20;  // What a node could be set to accept.
constexpr const char* page_keys = "1000";

void put_bytes(Json& object, const std::string& name, std::string_view bytes) {
  if (is_utf8(bytes)) {
    object[name] = bytes;
  } else {
    object[name + "_b64"] = to_base64(bytes);
  }
}

// SCAN's pattern for all keys that start so.
std::string pattern_of(std::string_view prefix) {
  std::string pattern;
  for (const char byte : prefix) {
    if (std::string_view{"*?[]\\^"}.contains(byte)) pattern += '\\';
    pattern += byte;
  }
  return pattern + "*";
}

Outcome<std::string> read_stdin() {
  std::string value{std::istreambuf_iterator<char>{std::cin}, {}};
  if (value.size() > value_bytes_max) return trouble("more than 16 MiB on standard input");
  return value;
}

void show_key(const std::string& key, Output& output) {
  if (!output.is_json()) return output.line(escaped(key));
  Json object{{"type", "key"}};
  put_bytes(object, "key", key);
  output.line(object.dump());
}

}

Outcome<Exit> run(const Get& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  const auto reply = client->ask({"GET", order.key});
  if (!reply) return std::unexpected(reply.error());
  const bool is_there = reply->kind == Reply::Kind::text;
  if (desk.output.is_json()) {
    Json object{{"type", "value"}, {"found", is_there}};
    put_bytes(object, "key", order.key);
    if (is_there) put_bytes(object, "value", reply->text);
    desk.output.line(object.dump());
  } else if (is_there) {
    desk.output.value(reply->text);
  } else {
    desk.output.note("no such key: " + escaped(order.key));
  }
  return is_there ? Exit::yes : Exit::no;
}

Outcome<Exit> run(const Set& order, Desk desk) {
  auto value = order.is_from_stdin ? read_stdin() : Outcome<std::string>{order.value};
  if (!value) return std::unexpected(value.error());
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  std::vector<std::string> words{"SET", order.key, *std::move(value)};
  if (order.lifetime) {
    words.push_back("PX");
    words.push_back(std::to_string(order.lifetime->count()));
  }
  const auto reply = client->ask(words);
  if (!reply) return std::unexpected(reply.error());
  if (desk.output.is_json()) desk.output.line(R"({"type":"set","ok":true})");
  return Exit::yes;
}

Outcome<Exit> run(const Del& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  std::vector<std::string> words{"DEL"};
  words.insert(words.end(), order.keys.begin(), order.keys.end());
  const auto reply = client->ask(words);
  if (!reply) return std::unexpected(reply.error());
  const auto deleted = static_cast<std::uint64_t>(reply->integer);
  if (desk.output.is_json()) {
    desk.output.line(Json{{"type", "del"}, {"deleted", deleted}}.dump());
  } else {
    desk.output.note(plural(deleted, "key", "keys") + " deleted");
  }
  return deleted > 0 ? Exit::yes : Exit::no;
}

Outcome<Exit> run(const Scan& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  std::size_t left = order.keys_max.value_or(SIZE_MAX);
  std::string cursor = "0";
  do {
    const auto reply =
        client->ask({"SCAN", cursor, "MATCH", pattern_of(order.prefix), "COUNT", page_keys});
    if (!reply) return std::unexpected(reply.error());
    if (reply->elements.size() != 2) return trouble("the node's answer to SCAN makes no sense");
    for (const auto& key : reply->elements[1].elements) {
      if (left == 0) return Exit::yes;
      --left;
      show_key(key.text, desk.output);
    }
    cursor = reply->elements[0].text;
  } while (cursor != "0" && left > 0);
  return Exit::yes;
}

}
