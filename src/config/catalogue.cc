#include "config/catalogue.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/nearest.h"
#include "config/values.h"
#include "core/limits.h"

namespace starling::config {
namespace {

namespace limits = core::limits;
using core::Severity;

constexpr std::size_t path_bytes_max = 4096;
constexpr std::size_t socket_path_bytes_max = 107;  // What the system's socket address holds.

template <typename T>
bool put(std::optional<T> value, T& into) {
  if (!value) return false;
  into = *std::move(value);
  return true;
}

bool put_between(std::optional<std::uint64_t> value, std::uint64_t least, std::uint64_t most,
                 std::size_t& into) {
  if (!value || *value < least || *value > most) return false;
  into = *value;
  return true;
}

bool put_name(const Written& value, std::string& into) {
  into = value.text;
  return is_name(value.text);
}

bool put_path(const Written& value, std::size_t least, std::size_t most, std::string& into) {
  into = value.text;
  return least <= value.text.size() && value.text.size() <= most && !value.text.contains('\0');
}

bool put_boolean(const Written& value, bool& into) {
  into = value.text == "true";
  return true;
}

template <typename T>
struct Choice {
  std::string_view word;
  T value;
};
template <typename T, std::size_t n>
bool put_choice(const Written& value, const Choice<T> (&choices)[n], T& into) {
  const auto* const chosen = std::ranges::find(choices, value.text, &Choice<T>::word);
  if (chosen == std::end(choices)) return false;
  into = chosen->value;
  return true;
}

bool put_addresses(const Written& value, std::vector<net::SocketAddress>& into) {
  into.clear();
  for (const auto& item : value.items) {
    const auto address = net::SocketAddress::parse(item);
    if (!address) return false;
    into.push_back(*address);
  }
  return true;
}

// The catalogue itself. Bounds stand twice, in words and in code, side by side.
constexpr std::array table{
    Setting{"", "name", Shape::text, "", "a name of 1 to 64 bytes",
            "This node's name, shown to people",
            [](const Written& value, Settings& to) { return put_name(value, to.name); }},
    Setting{"", "data_dir", Shape::text, "/var/lib/starling", "a path", "Where everything is kept",
            [](const Written& value, Settings& to) {
              return put_path(value, 1, path_bytes_max, to.data_dir);
            }},
    Setting{"", "memory", Shape::text, "96MiB", "a size from 32MiB to 1TiB, such as \"96MiB\"",
            "All of it: caches, memtables, clients, sessions, queues",
            [](const Written& value, Settings& to) {
              return put_between(parse_size(value.text), 32 * MiB, TiB, to.memory_bytes);
            }},

    Setting{"resp", "socket", Shape::text, "/run/starling/resp.sock",
            "a path of at most 107 bytes, or \"\" for none", "Unix socket for Redis clients",
            [](const Written& value, Settings& to) {
              return put_path(value, 0, socket_path_bytes_max, to.resp.socket);
            }},
    Setting{"resp", "socket_mode", Shape::text, "0660", "permissions in octal, such as \"0660\"",
            "Who may use the socket",
            [](const Written& value, Settings& to) {
              return put(parse_mode(value.text), to.resp.socket_mode);
            }},
    Setting{
        "resp", "listen", Shape::list, "127.0.0.1:7379",
        "a list of addresses with ports, such as [\"127.0.0.1:7379\"]",
        "TCP addresses for Redis clients",
        [](const Written& value, Settings& to) { return put_addresses(value, to.resp.listen); }},
    Setting{"resp", "ack", Shape::text, "fast", "\"fast\" or \"durable\"",
            "When a write is acknowledged: in the log, or synced to disk",
            [](const Written& value, Settings& to) {
              return put_choice(value, {{"fast", node::Ack::fast}, {"durable", node::Ack::durable}},
                                to.resp.ack);
            }},
    Setting{"resp", "value_max", Shape::text, "1MiB", "a size from 1KiB to 16MiB, such as \"1MiB\"",
            "The largest value that is accepted",
            [](const Written& value, Settings& to) {
              return put_between(parse_size(value.text), KiB, limits::value_bytes_max,
                                 to.resp.value_bytes_max);
            }},
    Setting{"resp", "max_clients", Shape::number, "1000", "a whole number (1 to 100000)",
            "How many clients may be connected",
            [](const Written& value, Settings& to) {
              return put_between(parse_number(value.text), 1, 100'000, to.resp.clients_max);
            }},
    Setting{"resp", "password_file", Shape::text, "", "a path, or \"\" for none",
            "File with the password of AUTH; required when listen is not loopback",
            [](const Written& value, Settings& to) {
              return put_path(value, 0, path_bytes_max, to.resp.password_file);
            }},
    Setting{"resp", "insecure_clients", Shape::boolean, "false", "true or false",
            "Listen beyond loopback without a password",
            [](const Written& value, Settings& to) {
              return put_boolean(value, to.resp.insecure_clients);
            }},
    Setting{
        "resp", "allow_flush", Shape::boolean, "false", "true or false",
        "FLUSHALL and FLUSHDB delete everything, on all nodes",
        [](const Written& value, Settings& to) { return put_boolean(value, to.resp.allow_flush); }},

    Setting{"admin", "listen", Shape::text, "127.0.0.1:7380",
            "an address with a port, such as \"127.0.0.1:7380\"", "HTTP address, read-only",
            [](const Written& value, Settings& to) {
              return put(net::SocketAddress::parse(value.text), to.admin.listen);
            }},

    Setting{"peers", "listen", Shape::text, "127.0.0.1:7381",
            "an address with a port, such as \"127.0.0.1:7381\"",
            "UDP and TCP address for other nodes; the host's own, to be reachable",
            [](const Written& value, Settings& to) {
              return put(net::SocketAddress::parse(value.text), to.peers.listen);
            }},
    Setting{"peers", "advertise", Shape::text, "",
            "HOST:PORT at which peers reach this node, or \"\" for what listen says",
            "Where peers reach this node, when listen does not tell",
            [](const Written& value, Settings& to) {
              to.peers.advertise = value.text;
              return value.text.empty() || is_reachable(value.text);
            }},
    Setting{"peers", "cluster", Shape::text, "starling", "a name of 1 to 64 bytes",
            "Nodes of other clusters are strangers",
            [](const Written& value, Settings& to) { return put_name(value, to.peers.cluster); }},
    Setting{"peers", "secret_file", Shape::text, "", "a path, or \"\" for none",
            "File with the cluster's secret of 32 bytes; keys digests and boundaries",
            [](const Written& value, Settings& to) {
              return put_path(value, 0, path_bytes_max, to.peers.secret_file);
            }},
    Setting{"peers", "insecure_peers", Shape::boolean, "false", "true or false",
            "Talk to peers in clear, believing who they say they are",
            [](const Written& value, Settings& to) {
              return put_boolean(value, to.peers.insecure_peers);
            }},
    Setting{"peers", "seeds", Shape::list, "", "a list of HOST:PORT, such as [\"10.0.0.2:7381\"]",
            "Nodes to join",
            [](const Written& value, Settings& to) {
              to.peers.seeds = value.items;
              return std::ranges::all_of(value.items, is_reachable);
            }},
    Setting{"peers", "repair_rate", Shape::text, "4MiB/s",
            "a rate from 64KiB/s to 1TiB/s, such as \"4MiB/s\"", "What repair may move in a second",
            [](const Written& value, Settings& to) {
              return put_between(parse_rate(value.text), 64 * KiB, TiB,
                                 to.peers.repair_bytes_per_second);
            }},

    Setting{"log", "level", Shape::text, "info", "\"debug\", \"info\", \"warning\" or \"alarm\"",
            "What is logged, and all that is graver",
            [](const Written& value, Settings& to) {
              return put_choice(value,
                                {{"debug", Severity::debug},
                                 {"info", Severity::info},
                                 {"warning", Severity::warning},
                                 {"alarm", Severity::alarm}},
                                to.log.level);
            }},
    Setting{"log", "format", Shape::text, "logfmt", "\"logfmt\" or \"json\"",
            "One event a line, either way",
            [](const Written& value, Settings& to) {
              return put_choice(value, {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
                                to.log.format);
            }},
};

std::string joined(const Setting& setting, char separator) {
  std::string name{setting.section};
  if (!name.empty()) name += separator;
  return name.append(setting.key);
}

}

std::span<const Setting> catalogue() { return table; }

const Setting* find_setting(std::string_view section, std::string_view key) {
  const auto* const found = std::ranges::find_if(table, [&](const Setting& setting) {
    return setting.section == section && setting.key == key;
  });
  return found == table.end() ? nullptr : &*found;
}

std::string title_of(std::string_view section, std::string_view key) {
  if (section.empty()) return std::string{key};
  return "[" + std::string{section} + "] " + std::string{key};
}

std::string variable_of(const Setting& setting) {
  auto name = "STARLING_" + joined(setting, '_');
  std::ranges::transform(name, name.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  return name;
}

std::string flag_of(const Setting& setting) {
  auto name = "--" + joined(setting, '-');
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string suggestion_for(std::string_view section, std::string_view key) {
  std::vector<std::string> titles;
  for (const auto& setting : table) {
    // The right key in a wrong place is near too.
    if (setting.key == key) return "; did you mean " + title_of(setting.section, key) + "?";
    titles.push_back(title_of(setting.section, setting.key));
  }
  return suggestion(title_of(section, key), titles);
}

}
