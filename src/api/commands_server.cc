// The server as a whole: INFO, CONFIG, TIME and what tools ask before they trust a server.

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/commands.h"
#include "api/expiry.h"
#include "api/glob.h"
#include "api/info.h"
#include "api/texts.h"

namespace starling::api::commands {
namespace {

using Setting = std::pair<std::string_view, std::string>;

// What clients of Redis ask for, as far as it has a meaning here.
std::vector<Setting> settings_of(const Service& service) {
  const auto& settings = service.settings;
  const bool is_durable = settings.ack == node::Ack::durable;
  return {{"appendfsync", is_durable ? "always" : "everysec"},
          {"appendonly", "yes"},
          {"databases", "1"},
          {"maxclients", std::to_string(settings.clients_max)},
          {"maxmemory", std::to_string(settings.memory_bytes)},
          {"maxmemory-policy", "noeviction"},
          {"port", std::to_string(settings.tcp_port)},
          {"proto-max-bulk-len", std::to_string(settings.value_bytes_max)},
          {"save", ""},
          {"timeout", "0"}};
}

}

void info(Caller caller, const Request& request, Reply& reply) {
  reply.verbatim(info_text(caller.service, std::span{request.arguments}.subspan(1)));
}

void config_get(Caller caller, const Request& request, Reply& reply) {
  const auto patterns = std::span{request.arguments}.subspan(2);
  auto settings = settings_of(caller.service);
  std::erase_if(settings, [&](const Setting& setting) {
    return std::ranges::none_of(patterns, [&](core::Bytes pattern) {
      std::ranges::transform(pattern, pattern.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
      });
      return matches_glob(pattern, setting.first);
    });
  });
  reply.map(settings.size());
  for (const auto& [name, value] : settings) {
    reply.bulk(name);
    reply.bulk(value);
  }
}

void config_resetstat(Caller caller, const Request&, Reply& reply) {
  auto& service = caller.service;
  service.clients = {};
  std::ranges::fill(service.commands, CommandStatistics{});
  service.rates = {};
  reply.ok();
}

void time(Caller caller, const Request&, Reply& reply) {
  const auto ms = std::max<std::int64_t>(caller.service.world.now().wall.ms, 0);
  reply.array(2);
  reply.bulk(std::to_string(ms / 1000));
  reply.bulk(std::to_string(ms % 1000 * 1000));
}

void dbsize(Caller caller, const Request&, Reply& reply) {
  reply.integer(static_cast<std::int64_t>(caller.service.world.status().live_records));
}

void function_flush(Caller, const Request&, Reply& reply) { reply.ok(); }

void module_list(Caller, const Request&, Reply& reply) { reply.array(0); }

}
