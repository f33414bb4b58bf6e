#pragma once
// The one table of all commands: dispatch, arity, COMMAND in all its forms and the helps are read
// from it. And the names that are known but refused, each with its reason.

#include <optional>
#include <span>
#include <string>

#include "api/command.h"

namespace starling::api {

// Rows of a container's subcommands follow the container's own.
std::span<const Command> command_table();
std::size_t index_of(const Command& command);

// By name, in any case; null when there is no such row. Subcommands are named "container|sub".
const Command* find_command(core::BytesView name);
// The rows of `container` that name its subcommands.
std::span<const Command> subcommands_of(const Command& container);

// What is answered to a name that has no row: why it is refused, or that it is unknown.
std::string complaint_about(const Arguments& arguments);
std::string unknown_subcommand(const Command& container, core::BytesView subcommand);

// Said in COMMAND DOCS of every command that reads before it writes.
inline constexpr std::string_view per_node_note =
    " Decided on this node alone: two nodes may both succeed, the larger stamp stays.";
std::string summary_of(const Command& command);

}
