#include "api/info.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "api/command_table.h"
#include "api/expiry.h"
#include "api/texts.h"

namespace starling::api {
namespace {

class Section {
 public:
  explicit Section(std::string& out) : out_{out} {}

  void add(std::string_view name, std::string_view value) {
    out_.append(name).append(":").append(value).append("\r\n");
  }
  void add(std::string_view name, const char* value) { add(name, std::string_view{value}); }
  template <std::integral Number>
  void add(std::string_view name, Number value) {
    add(name, std::string_view{std::to_string(value)});
  }

 private:
  std::string& out_;
};

std::string decimal(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::int64_t seconds_of(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::string id_of_run(const node::Status& status) {
  return core::to_text(status.id) + core::to_hex(static_cast<std::uint64_t>(::getpid()));
}

void server(Section section, Service& service, const node::Status& status) {
  utsname host{};
  ::uname(&host);
  section.add("redis_version", texts::redis_version);
  section.add("redis_mode", "standalone");
  section.add("server_name", "starling");
  section.add("starling_version", service.settings.version);
  section.add("os", std::string{host.sysname} + " " + host.release + " " + host.machine);
  section.add("arch_bits", sizeof(void*) * 8);
  section.add("process_id", ::getpid());
  section.add("run_id", id_of_run(status));
  section.add("tcp_port", service.settings.tcp_port);
  section.add("server_time_usec", service.world.now().wall.ms * 1000);
  section.add("uptime_in_seconds", seconds_of(status.uptime));
  section.add("uptime_in_days", seconds_of(status.uptime) / 86'400);
}

void clients(Section section, Service& service, const node::Status&) {
  section.add("connected_clients", service.sessions.size());
  section.add("maxclients", service.settings.clients_max);
  section.add("blocked_clients", 0);
  section.add("client_buffers_bytes", service.buffered_bytes);
}

void memory(Section section, Service& service, const node::Status&) {
  const auto resident = service.world.resident_bytes();
  section.add("used_memory", resident);
  section.add("used_memory_rss", resident);
  section.add("maxmemory", service.settings.memory_bytes);
  section.add("maxmemory_policy", "noeviction");
}

void persistence(Section section, Service&, const node::Status& status) {
  section.add("loading", status.is_ready ? 0 : 1);
  section.add("async_loading", 0);
  section.add("loading_loaded_keys", status.is_ready ? 0 : status.records_loaded);
  section.add("aof_enabled", 1);
  section.add("unsynced_bytes", status.unsynced_bytes);
}

void stats(Section section, Service& service, const node::Status&) {
  const auto& counted = service.clients;
  std::uint64_t errors = 0;
  for (const auto& [code, count] : counted.errors) errors += count;
  const auto turned_away = counted.rejected.find("max_clients");
  section.add("total_connections_received", counted.connections);
  section.add("total_commands_processed", counted.commands);
  section.add("instantaneous_ops_per_sec", service.rates.commands_per_second());
  section.add("total_net_input_bytes", counted.bytes_in);
  section.add("total_net_output_bytes", counted.bytes_out);
  section.add("instantaneous_input_kbps", service.rates.kilobytes_in_per_second());
  section.add("instantaneous_output_kbps", service.rates.kilobytes_out_per_second());
  section.add("rejected_connections",
              turned_away == counted.rejected.end() ? 0 : turned_away->second);
  section.add("expired_keys", 0);
  section.add("evicted_keys", 0);
  section.add("keyspace_hits", counted.keyspace_hits);
  section.add("keyspace_misses", counted.keyspace_misses);
  section.add("total_error_replies", errors);
}

void replication(Section section, Service&, const node::Status& status) {
  section.add("role", "master");  // Every node is one.
  section.add("connected_slaves", 0);
  section.add("master_replid", id_of_run(status));
}

void cpu(Section section, Service&, const node::Status&) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  section.add("used_cpu_sys", decimal(seconds(used.ru_stime), "%.6f"));
  section.add("used_cpu_user", decimal(seconds(used.ru_utime), "%.6f"));
}

void commandstats(Section section, Service& service, const node::Status&) {
  for (const auto& command : command_table()) {
    const auto& seen = service.statistics_of(command);
    if (seen.calls + seen.rejected == 0) continue;
    const auto per_call = static_cast<double>(seen.microseconds) /
                          static_cast<double>(std::max<std::uint64_t>(seen.calls, 1));
    section.add("cmdstat_" + std::string{command.name},
                "calls=" + std::to_string(seen.calls) +
                    ",usec=" + std::to_string(seen.microseconds) + ",usec_per_call=" +
                    decimal(per_call, "%.2f") + ",rejected_calls=" + std::to_string(seen.rejected) +
                    ",failed_calls=" + std::to_string(seen.failed));
  }
}

void errorstats(Section section, Service& service, const node::Status&) {
  for (const auto& [code, count] : service.clients.errors) {
    section.add("errorstat_" + code, "count=" + std::to_string(count));
  }
}

void cluster(Section section, Service&, const node::Status&) { section.add("cluster_enabled", 0); }

void keyspace(Section section, Service&, const node::Status& status) {
  if (status.live_records == 0) return;
  section.add("db0", "keys=" + std::to_string(status.live_records) + ",expires=0,avg_ttl=0");
}

void starling(Section section, Service&, const node::Status& status) {
  using membership::MemberState;
  const auto alive =
      std::ranges::count(status.members, MemberState::alive, &node::MemberStatus::state);
  const auto equal = std::ranges::count_if(status.members, [](const node::MemberStatus& member) {
    return !member.is_self && member.equal_at && !member.differs;
  });
  std::int64_t skew = 0;
  for (const auto& member : status.members) {
    skew = std::max(skew, std::abs(member.offset_ms.value_or(0)));
  }
  section.add("node_id", core::to_text(status.id));
  section.add("node_name", status.name);
  section.add("frozen", status.is_frozen ? 1 : 0);
  section.add("refuses_writes", status.refuses_writes);
  section.add("members", status.members.size());
  section.add("members_alive", alive);
  section.add("members_equal", equal);
  section.add("cut", status.cut.second);
  if (status.root) {
    section.add("root",
                core::to_hex(status.root->digest.high) + core::to_hex(status.root->digest.low));
    section.add("root_records", status.root->count);
  }
  section.add("tombstones", status.tombstones);
  section.add("leaves", status.leaves);
  section.add("sessions_open", status.sessions_open);
  section.add("held_ahead_records", status.held_ahead_records);
  section.add("horizon_ms", status.horizon.ms());
  section.add("clock_skew_ms_max", skew);
}

struct Named {
  std::string_view name;
  std::string_view title;
  bool is_default;
  void (*write)(Section, Service&, const node::Status&);
};

constexpr Named sections[] = {{"server", "Server", true, server},
                              {"clients", "Clients", true, clients},
                              {"memory", "Memory", true, memory},
                              {"persistence", "Persistence", true, persistence},
                              {"stats", "Stats", true, stats},
                              {"replication", "Replication", true, replication},
                              {"cpu", "CPU", true, cpu},
                              {"commandstats", "Commandstats", false, commandstats},
                              {"errorstats", "Errorstats", true, errorstats},
                              {"cluster", "Cluster", true, cluster},
                              {"keyspace", "Keyspace", true, keyspace},
                              {"starling", "Starling", true, starling}};

bool is_wanted(const Named& section, std::span<const core::Bytes> words) {
  if (words.empty()) return section.is_default;
  return std::ranges::any_of(words, [&](const core::Bytes& word) {
    return equals_ignoring_case(word, section.name) || equals_ignoring_case(word, "all") ||
           equals_ignoring_case(word, "everything") ||
           (equals_ignoring_case(word, "default") && section.is_default);
  });
}

}

std::string info_text(Service& service, std::span<const core::Bytes> words) {
  const auto status = service.world.status();
  std::string text;
  for (const auto& section : sections) {
    if (!is_wanted(section, words)) continue;
    if (!text.empty()) text += "\r\n";
    text.append("# ").append(section.title).append("\r\n");
    section.write(Section{text}, service, status);
  }
  return text;
}

}
