#pragma once
// Addresses of peers as datagrams need them: at once. Numeric ones are parsed; names are looked up
// in the background, kept for a while, and used while they are looked up again.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/limits.h"
#include "core/time.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/name_lookup.h"

namespace starling::transport {

struct NameCacheOptions {
  std::size_t names_max = core::limits::names_resolved_max;
  core::Duration fresh_for = core::limits::name_fresh_for;
  core::Duration retry_after = core::limits::link_try_spacing;  // Of a name without an address.
  bool ipv4_only = false;  // What the socket that asks can reach.
};

class NameCache {
 public:
  NameCache(net::EventLoop& loop, NameCacheOptions options) : loop_{loop}, options_{options} {}

  // None while `address` ("host:port") is unknown, wrong, or one name too many.
  std::optional<net::SocketAddress> find(const std::string& address);

 private:
  struct Entry {
    std::optional<net::SocketAddress> known;
    core::Instant ask_again_at{};
    std::unique_ptr<net::NameLookup> lookup;  // Present while it is asked.
  };

  Entry* entry_of(const std::string& address);
  void ask(const std::string& address, Entry& entry);

  net::EventLoop& loop_;
  NameCacheOptions options_;
  std::map<std::string, Entry> entries_;
};

}
