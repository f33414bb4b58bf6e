#pragma once
// The metrics page of this daemon: which number of which room goes under which name.

#include <string>

#include "api/resp_server.h"
#include "core/time.h"
#include "node/status.h"
#include "transport/counters.h"

namespace starling::app {

struct MetricSources {
  node::Status status;
  api::ClientStatistics clients;
  std::size_t clients_connected = 0;
  std::size_t client_buffer_bytes = 0;
  std::uint64_t http_refused = 0;
  transport::LinkCounters links;
  transport::DatagramCounters datagrams;
  std::size_t link_queue_bytes = 0;
  std::uint64_t store_stalls = 0;
  std::uint64_t log_lines_dropped = 0;
  core::Duration longest_turn{};  // Since the last page.
  std::uint64_t resident_bytes = 0;
  std::string version;
};

std::string metrics_of(const MetricSources& sources);

}
