#pragma once
// All that can be set, checked and in the types in which it is used. What each means for people,
// its default and its bounds: catalogue.cc.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/notice.h"
#include "net/address.h"
#include "node/local_api.h"

namespace starling::config {

struct RespOptions {
  std::string socket;  // Path; empty: none.
  unsigned socket_mode = 0;
  std::vector<net::SocketAddress> listen;
  node::Ack ack = node::Ack::fast;
  std::size_t value_bytes_max = 0;
  std::size_t clients_max = 0;
  std::string password_file;            // Empty: none.
  std::optional<core::Bytes> password;  // What it holds. Never printed.
  bool insecure_clients = false;
  bool allow_flush = false;
};

struct AdminOptions {
  net::SocketAddress listen;
};

struct PeerOptions {
  net::SocketAddress listen;  // UDP and TCP.
  std::string advertise;      // "host:port" at which peers reach us; empty: what `listen` says.
  std::string cluster;
  std::string secret_file;  // Empty: none.
  core::Bytes secret;       // What it holds, else the cluster's name. Never printed.
  bool insecure_peers = false;
  std::vector<std::string> seeds;  // "host:port"
  std::uint64_t repair_bytes_per_second = 0;

  // Until nodes can prove who they are, a node that was not told to do without stays alone.
  bool is_alone() const { return !insecure_peers; }
};

enum class LogFormat : std::uint8_t { logfmt, json };

struct LogOptions {
  core::Severity level = core::Severity::info;
  LogFormat format = LogFormat::logfmt;
};

struct Settings {
  std::string name;
  std::string data_dir;
  std::size_t memory_bytes = 0;
  RespOptions resp;
  AdminOptions admin;
  PeerOptions peers;
  LogOptions log;
};

}
