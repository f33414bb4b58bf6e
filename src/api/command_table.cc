#include "api/command_table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "api/commands.h"
#include "api/refusals.h"
#include "api/texts.h"
#include "core/assert.h"

namespace starling::api {
namespace {

constexpr unsigned reads = flag_readonly | flag_fast;
constexpr unsigned writes = flag_write | flag_denyoom;
constexpr unsigned decides = flag_write | flag_denyoom | flag_per_node;
constexpr unsigned anytime = flag_loading | flag_fast;
constexpr unsigned greets = flag_loading | flag_fast | flag_no_auth | flag_no_multi;
constexpr unsigned frames = flag_loading | flag_fast | flag_at_once;
constexpr unsigned tells = flag_loading | flag_readonly;
constexpr unsigned steps = flag_no_multi;

constexpr KeyPositions no_keys{};
constexpr KeyPositions one_key{1, 1, 1};
constexpr KeyPositions all_keys{1, -1, 1};
constexpr KeyPositions pairs{1, -1, 2};
constexpr KeyPositions after_subcommand{2, 2, 1};

const Command table[] = {
    // ---- connection
    {"ping", -1, anytime, no_keys, "connection", "1.0.0", "Returns PONG, or what was said.",
     commands::ping},
    {"echo", 2, anytime, no_keys, "connection", "1.0.0", "Returns what was said.", commands::echo},
    {"hello", -1, greets, no_keys, "connection", "6.0.0",
     "Chooses RESP2 or RESP3; may authenticate and name.", commands::hello},
    {"auth", -2, greets, no_keys, "connection", "1.0.0", "Shows the password.", commands::auth},
    {"select", 2, anytime, no_keys, "connection", "1.0.0", "There is database 0 only.",
     commands::select},
    {"quit", -1, greets | flag_at_once, no_keys, "connection", "1.0.0", "Closes the connection.",
     commands::quit},
    {"reset", 1, greets | flag_at_once, no_keys, "connection", "6.2.0",
     "Starts the connection anew.", commands::reset},
    {"client", -2, flag_container, no_keys, "connection", "2.4.0", "About connections.", {}},
    {"client|id", 2, anytime, no_keys, "connection", "5.0.0", "The number of this connection.",
     commands::client_id},
    {"client|setname", 3, anytime, no_keys, "connection", "2.6.9", "Names this connection.",
     commands::client_setname},
    {"client|getname", 2, anytime, no_keys, "connection", "2.6.9", "The name of this connection.",
     commands::client_getname},
    {"client|setinfo", 4, anytime, no_keys, "connection", "7.2.0",
     "LIB-NAME or LIB-VER of the client library.", commands::client_setinfo},
    {"client|info", 2, anytime, no_keys, "connection", "6.2.0", "One line about this connection.",
     commands::client_info},
    {"client|list", -2, flag_admin | flag_loading, no_keys, "connection", "2.4.0",
     "One line per connection.", commands::client_list},
    {"client|reply", 3, anytime | flag_no_multi, no_keys, "connection", "3.2.0",
     "ON, OFF or SKIP: whether commands are answered.", commands::client_reply},
    {"client|no-evict", 3, anytime, no_keys, "connection", "7.0.0",
     "Accepted; nothing is ever evicted.", commands::client_switch},
    {"client|no-touch", 3, anytime, no_keys, "connection", "7.2.0",
     "Accepted; reads leave no trace.", commands::client_switch},
    {"client|help", 2, anytime, no_keys, "connection", "5.0.0", "The subcommands.",
     commands::container_help},

    // ---- strings
    {"get", 2, reads, one_key, "string", "1.0.0", "Returns the value of a key.", commands::get},
    {"set", -3, decides, one_key, "string", "1.0.0",
     "Sets a key: EX PX EXAT PXAT KEEPTTL, NX XX, GET.", commands::set},
    {"setex", 4, writes, one_key, "string", "2.0.0", "Sets a key for some seconds.",
     commands::setex},
    {"psetex", 4, writes, one_key, "string", "2.6.0", "Sets a key for some milliseconds.",
     commands::psetex},
    {"setnx", 3, decides | flag_fast, one_key, "string", "1.0.0", "Sets a key that does not exist.",
     commands::setnx},
    {"getset", 3, decides | flag_fast, one_key, "string", "1.0.0",
     "Sets a key and returns the old value.", commands::getset},
    {"getdel", 2, flag_write | flag_fast | flag_per_node, one_key, "string", "6.2.0",
     "Returns the value and deletes the key.", commands::getdel},
    {"getex", -2, flag_write | flag_fast | flag_per_node, one_key, "string", "6.2.0",
     "Returns the value; EX PX EXAT PXAT PERSIST.", commands::getex},
    {"mget", -2, reads, all_keys, "string", "1.0.0", "Returns the values of all keys given.",
     commands::mget},
    {"mset", -3, writes, pairs, "string", "1.0.1",
     "Sets all keys given, as one batch of this node.", commands::mset},
    {"msetnx", -3, decides, pairs, "string", "1.0.1", "Sets all keys given when none exists.",
     commands::msetnx},
    {"strlen", 2, reads, one_key, "string", "2.2.0", "The length of a value.", commands::strlen},
    {"append", 3, decides | flag_fast, one_key, "string", "2.0.0", "Appends to a value.",
     commands::append},
    {"getrange", 4, flag_readonly, one_key, "string", "2.4.0", "A part of a value.",
     commands::getrange},
    {"substr", 4, flag_readonly, one_key, "string", "1.0.0", "A part of a value.",
     commands::getrange},
    {"setrange", 4, decides, one_key, "string", "2.2.0", "Overwrites a part of a value.",
     commands::setrange},

    // ---- keys
    {"del", -2, flag_write, all_keys, "generic", "1.0.0", "Deletes keys.", commands::del},
    {"unlink", -2, flag_write | flag_fast, all_keys, "generic", "4.0.0", "Deletes keys.",
     commands::del},
    {"exists", -2, reads, all_keys, "generic", "1.0.0", "How many of the keys exist.",
     commands::exists},
    {"touch", -2, reads, all_keys, "generic", "3.2.1", "How many of the keys exist.",
     commands::exists},
    {"type", 2, reads, one_key, "generic", "1.0.0", "string or none.", commands::type},
    {"expire", -3, flag_write | flag_fast | flag_per_node, one_key, "generic", "1.0.0",
     "Lets a key live for some seconds: NX XX GT LT.", commands::expire},
    {"pexpire", -3, flag_write | flag_fast | flag_per_node, one_key, "generic", "2.6.0",
     "Lets a key live for some milliseconds: NX XX GT LT.", commands::pexpire},
    {"expireat", -3, flag_write | flag_fast | flag_per_node, one_key, "generic", "1.2.0",
     "Lets a key live until a second: NX XX GT LT.", commands::expireat},
    {"pexpireat", -3, flag_write | flag_fast | flag_per_node, one_key, "generic", "2.6.0",
     "Lets a key live until a millisecond: NX XX GT LT.", commands::pexpireat},
    {"ttl", 2, reads, one_key, "generic", "1.0.0", "Seconds that a key has left.", commands::ttl},
    {"pttl", 2, reads, one_key, "generic", "2.6.0", "Milliseconds that a key has left.",
     commands::pttl},
    {"expiretime", 2, reads, one_key, "generic", "7.0.0", "The second at which a key ends.",
     commands::expiretime},
    {"pexpiretime", 2, reads, one_key, "generic", "7.0.0", "The millisecond at which a key ends.",
     commands::pexpiretime},
    {"persist", 2, flag_write | flag_fast | flag_per_node, one_key, "generic", "2.2.0",
     "Lets a key live for ever.", commands::persist},
    {"scan", -2, flag_readonly | steps, no_keys, "generic", "2.8.0",
     "Some keys and a cursor: MATCH COUNT TYPE.", commands::scan},
    {"keys", 2, flag_readonly | steps, no_keys, "generic", "1.0.0",
     "All keys that match, within a budget.", commands::keys},
    {"object", -2, flag_container, no_keys, "generic", "2.2.3", "About the form of a value.", {}},
    {"object|encoding", 3, flag_readonly, after_subcommand, "generic", "2.2.3",
     "int, embstr or raw.", commands::object_encoding},
    {"object|freq", 3, flag_readonly, after_subcommand, "generic", "4.0.0", "Not tracked.",
     commands::object_freq},
    {"object|idletime", 3, flag_readonly, after_subcommand, "generic", "2.2.3", "Not tracked: 0.",
     commands::object_idletime},
    {"object|help", 2, anytime, no_keys, "generic", "6.2.0", "The subcommands.",
     commands::container_help},

    // ---- transactions
    {"multi", 1, frames, no_keys, "transactions", "1.2.0", "Begins a transaction.",
     commands::multi},
    {"exec", 1, flag_at_once, no_keys, "transactions", "1.2.0",
     "Runs it as one batch of this node.", commands::exec},
    {"discard", 1, frames, no_keys, "transactions", "2.0.0", "Forgets it.", commands::discard},
    {"watch", -2, flag_fast | flag_at_once, all_keys, "transactions", "2.2.0",
     "Lets EXEC fail when a key changes, from wherever.", commands::watch},
    {"unwatch", 1, anytime, no_keys, "transactions", "2.2.0", "Forgets watched keys.",
     commands::unwatch},

    // ---- server
    {"info", -1, tells, no_keys, "server", "1.0.0", "Facts and figures, by section.",
     commands::info},
    {"dbsize", 1, reads | flag_loading, no_keys, "server", "1.0.0", "How many keys are live.",
     commands::dbsize},
    {"time", 1, anytime, no_keys, "server", "2.6.0", "This host's time.", commands::time},
    {"flushall", -1, flag_write | steps, no_keys, "server", "1.0.0",
     "Deletes every key, everywhere, when allowed.", commands::flush},
    {"flushdb", -1, flag_write | steps, no_keys, "server", "1.0.0",
     "Deletes every key, everywhere, when allowed.", commands::flush},
    {"config",
     -2,
     flag_container,
     no_keys,
     "server",
     "2.0.0",
     "The configuration as Redis clients ask for it.",
     {}},
    {"config|get", -3, flag_admin | flag_loading, no_keys, "server", "2.0.0",
     "Settings that match.", commands::config_get},
    {"config|resetstat", 2, flag_admin | flag_loading, no_keys, "server", "2.0.0",
     "Starts the statistics anew.", commands::config_resetstat},
    {"config|help", 2, anytime, no_keys, "server", "5.0.0", "The subcommands.",
     commands::container_help},
    {"memory", -2, flag_container, no_keys, "server", "4.0.0", "About space.", {}},
    {"memory|usage", -3, flag_readonly, after_subcommand, "server", "4.0.0",
     "Bytes that a key takes on disk.", commands::memory_usage},
    {"memory|help", 2, anytime, no_keys, "server", "4.0.0", "The subcommands.",
     commands::container_help},
    {"module", -2, flag_container, no_keys, "server", "4.0.0", "There are none.", {}},
    {"module|list", 2, flag_admin, no_keys, "server", "4.0.0", "An empty list.",
     commands::module_list},
    {"module|help", 2, anytime, no_keys, "server", "5.0.0", "The subcommands.",
     commands::container_help},
    {"function", -2, flag_container, no_keys, "scripting", "7.0.0", "There are none.", {}},
    {"function|flush", -2, anytime, no_keys, "scripting", "7.0.0", "Nothing to do.",
     commands::function_flush},
    {"command", -1, tells | flag_container, no_keys, "server", "2.8.13", "All commands.",
     commands::command},
    {"command|count", 2, tells, no_keys, "server", "2.8.13", "How many commands there are.",
     commands::command_count},
    {"command|list", -2, tells, no_keys, "server", "7.0.0", "Their names: FILTERBY PATTERN.",
     commands::command_list},
    {"command|info", -2, tells, no_keys, "server", "2.8.13", "Their arity, flags and keys.",
     commands::command_info},
    {"command|docs", -2, tells, no_keys, "server", "7.0.0", "What they do.",
     commands::command_docs},
    {"command|getkeys", -3, tells, no_keys, "server", "2.8.13", "The keys of a whole command.",
     commands::command_getkeys},
    {"command|help", 2, anytime, no_keys, "server", "5.0.0", "The subcommands.",
     commands::container_help},

    // ---- ours
    {"starling",
     -2,
     flag_container,
     no_keys,
     "starling",
     "0.1.0",
     "About this node and its peers.",
     {}},
    {"starling|help", -2, anytime, no_keys, "starling", "0.1.0",
     "The subcommands, or a topic: counters, types.", commands::starling_help},
    {"starling|status", 2, tells, no_keys, "starling", "0.1.0", "This node, as JSON.",
     commands::starling_status},
    {"starling|members", 2, tells, no_keys, "starling", "0.1.0", "Who is there, as JSON.",
     commands::starling_members},
    {"starling|check", 2, tells, no_keys, "starling", "0.1.0",
     "Whether all members are equal, as JSON.", commands::starling_check},
    {"starling|ack", 3, anytime, no_keys, "starling", "0.1.0",
     "fast or durable: when this connection's writes are answered.", commands::starling_ack},
    {"starling|stream", 3, anytime | flag_no_multi, no_keys, "starling", "0.1.0",
     "ON or OFF: DIFF gives one reply per entry, the last of type summary.",
     commands::starling_stream},
    {"starling|diff", -3, flag_readonly | steps, no_keys, "starling", "0.1.0",
     "Compares A (this node) with B: [FROM A] [PREFIX p] [LIMIT n] B.", commands::starling_diff},
    {"starling|freeze", 2, flag_admin | steps, no_keys, "starling", "0.1.0",
     "No repair and no rumours from now on.", commands::starling_freeze},
    {"starling|thaw", 2, flag_admin | steps, no_keys, "starling", "0.1.0", "Takes part again.",
     commands::starling_thaw},
};

struct CaseBlindHash {
  std::size_t operator()(std::string_view name) const {
    std::size_t hash = 14695981039346656037u;  // FNV-1a: names are a dozen bytes.
    for (const char byte : name) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
    return hash;
  }
};

using Directory = std::unordered_map<std::string_view, const Command*, CaseBlindHash>;

const Directory& directory() {
  static const auto made = [] {
    Directory rows;
    for (const auto& row : table) rows.emplace(row.name, &row);
    return rows;
  }();
  return made;
}

}

std::span<const Command> command_table() { return table; }

std::size_t index_of(const Command& command) {
  const auto index = &command - std::begin(table);
  STARLING_ASSERT(index >= 0);
  STARLING_ASSERT(index < std::ssize(table));
  return static_cast<std::size_t>(index);
}

const Command* find_command(core::BytesView name) {
  std::array<char, 32> lower;  // Longer than any name.
  if (name.size() > lower.size()) return nullptr;
  std::ranges::transform(name, lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
  });
  const auto found = directory().find(std::string_view{lower.data(), name.size()});
  return found == directory().end() ? nullptr : found->second;
}

std::span<const Command> subcommands_of(const Command& container) {
  const auto first = index_of(container) + 1;
  auto end = first;
  while (container.has(flag_container) && end < std::size(table) && table[end].is_subcommand()) {
    ++end;
  }
  return command_table().subspan(first, end - first);
}

std::string complaint_about(const Arguments& arguments) {
  if (auto refusal = refusal_of(arguments[0])) return *std::move(refusal);
  constexpr std::size_t shown_bytes_max = 128;  // Of the name, and of the arguments together.
  std::string text = "ERR unknown command '" + arguments[0].substr(0, shown_bytes_max) +
                     "', with args beginning with: ";
  std::string shown;
  for (std::size_t at = 1; at < arguments.size() && shown.size() < shown_bytes_max; ++at) {
    shown += "'" + arguments[at].substr(0, shown_bytes_max - shown.size()) + "' ";
  }
  return text + shown;
}

std::string unknown_subcommand(const Command& container, core::BytesView subcommand) {
  constexpr std::size_t shown_bytes_max = 128;
  std::string name{container.name};
  std::ranges::transform(name, name.begin(), [](char byte) {
    return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - ('a' - 'A')) : byte;
  });
  return "ERR unknown subcommand '" + std::string{subcommand.substr(0, shown_bytes_max)} +
         "'. Try " + name + " HELP.";
}

std::string summary_of(const Command& command) {
  std::string summary{command.summary};
  if (command.has(flag_per_node)) summary += per_node_note;
  return summary;
}

}
