// COMMAND and the helps of containers: the command table, told to clients.

#include <algorithm>
#include <string>
#include <vector>

#include "api/command_table.h"
#include "api/commands.h"
#include "api/expiry.h"
#include "api/glob.h"
#include "api/texts.h"

namespace starling::api::commands {
namespace {

std::vector<const Command*> top_level() {
  std::vector<const Command*> rows;
  for (const auto& row : command_table()) {
    if (!row.is_subcommand()) rows.push_back(&row);
  }
  return rows;
}

struct FlagName {
  Flag flag;
  std::string_view name;
};
constexpr FlagName flag_names[] = {{flag_write, "write"},     {flag_readonly, "readonly"},
                                   {flag_denyoom, "denyoom"}, {flag_fast, "fast"},
                                   {flag_admin, "admin"},     {flag_loading, "loading"},
                                   {flag_no_auth, "no_auth"}, {flag_no_multi, "no_multi"}};

void write_flags(const Command& command, Reply& reply) {
  const auto is_set = [&](const FlagName& entry) { return command.has(entry.flag); };
  reply.set(static_cast<std::size_t>(std::ranges::count_if(flag_names, is_set)));
  for (const auto& entry : flag_names) {
    if (is_set(entry)) reply.simple(entry.name);
  }
}

void write_categories(const Command& command, Reply& reply) {
  std::vector<std::string> categories;
  if (command.has(flag_write)) categories.push_back("@write");
  if (command.has(flag_readonly)) categories.push_back("@read");
  if (command.has(flag_admin)) categories.push_back("@admin");
  categories.push_back("@" + std::string{command.group});
  categories.push_back(command.has(flag_fast) ? "@fast" : "@slow");
  reply.set(categories.size());
  for (const auto& category : categories) reply.simple(category);
}

// Name, arity, flags, first key, last key, step, categories, tips, key specifications,
// subcommands: as Redis 7 does.
void write_row(const Command& command, Reply& reply) {
  reply.array(10);
  reply.bulk(command.name);
  reply.integer(command.arity);
  write_flags(command, reply);
  reply.integer(command.keys.first);
  reply.integer(command.keys.last);
  reply.integer(command.keys.step);
  write_categories(command, reply);
  reply.array(0);
  reply.array(0);
  const auto subcommands = subcommands_of(command);
  reply.array(subcommands.size());
  for (const auto& subcommand : subcommands) write_row(subcommand, reply);
}

void write_docs(const Command& command, Reply& reply) {
  const auto subcommands = subcommands_of(command);
  reply.bulk(command.name);
  reply.map(subcommands.empty() ? 3 : 4);
  reply.bulk("summary");
  reply.bulk(summary_of(command));
  reply.bulk("since");
  reply.bulk(command.since);
  reply.bulk("group");
  reply.bulk(command.group);
  if (subcommands.empty()) return;
  reply.bulk("subcommands");
  reply.map(subcommands.size());
  for (const auto& subcommand : subcommands) write_docs(subcommand, reply);
}

void write_names(const std::vector<const Command*>& rows, Reply& reply) {
  reply.array(rows.size());
  for (const auto* row : rows) reply.bulk(row->name);
}

}

void command(Caller, const Request&, Reply& reply) {
  const auto rows = top_level();
  reply.array(rows.size());
  for (const auto* row : rows) write_row(*row, reply);
}

void command_count(Caller, const Request&, Reply& reply) { reply.integer(std::ssize(top_level())); }

void command_list(Caller, const Request& request, Reply& reply) {
  const auto& words = request.arguments;
  auto rows = top_level();
  if (words.size() == 2) return write_names(rows, reply);
  if (words.size() != 5 || !equals_ignoring_case(words[2], "filterby")) {
    return reply.error(texts::syntax);
  }
  const bool is_module = equals_ignoring_case(words[3], "module");
  const bool is_category = equals_ignoring_case(words[3], "aclcat");
  if (!is_module && !is_category && !equals_ignoring_case(words[3], "pattern")) {
    return reply.error(texts::syntax);
  }
  std::erase_if(rows, [&](const Command* row) {
    if (is_module) return true;
    if (is_category) return row->group != words[4];
    return !matches_glob(words[4], row->name);
  });
  write_names(rows, reply);
}

void command_info(Caller caller, const Request& request, Reply& reply) {
  const auto& words = request.arguments;
  if (words.size() == 2) return command(caller, request, reply);
  reply.array(words.size() - 2);
  for (std::size_t at = 2; at < words.size(); ++at) {
    const auto* row = find_command(words[at]);
    row == nullptr ? reply.null_array() : write_row(*row, reply);
  }
}

void command_docs(Caller, const Request& request, Reply& reply) {
  const auto& words = request.arguments;
  auto rows = top_level();
  if (words.size() > 2) {
    rows.clear();
    for (std::size_t at = 2; at < words.size(); ++at) {
      if (const auto* row = find_command(words[at])) rows.push_back(row);
    }
  }
  reply.map(rows.size());
  for (const auto* row : rows) write_docs(*row, reply);
}

void command_getkeys(Caller, const Request& request, Reply& reply) {
  const std::span whole{request.arguments};
  const auto said = whole.subspan(2);
  const auto* row = find_command(said[0]);
  if (row != nullptr && row->has(flag_container) && said.size() > 1) {
    row = find_command(std::string{row->name} + "|" + said[1]);
  }
  if (row == nullptr) return reply.error("ERR Invalid command specified");
  if (!row->takes(said.size())) {
    return reply.error("ERR Invalid number of arguments specified for command");
  }
  std::vector<core::BytesView> keys;
  for_each_key(*row, said.size(), [&](std::size_t index) { keys.push_back(said[index]); });
  if (keys.empty()) return reply.error("ERR The command has no key arguments");
  reply.array(keys.size());
  for (const auto key : keys) reply.bulk(key);
}

void container_help(Caller, const Request& request, Reply& reply) {
  const auto& name = request.command->name;
  const auto* container = find_command(name.substr(0, name.find('|')));
  const auto subcommands = subcommands_of(*container);
  reply.array(1 + subcommands.size());
  reply.simple(std::string{container->name} + " <subcommand>: " + std::string{container->summary});
  for (const auto& subcommand : subcommands) {
    reply.simple(std::string{subcommand.name.substr(container->name.size() + 1)} + ": " +
                 summary_of(subcommand));
  }
}

}
