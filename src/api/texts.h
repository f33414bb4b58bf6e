#pragma once
// Texts that several commands share. They are interface: clients match on them.

#include <string>
#include <string_view>

namespace starling::api::texts {

// What clients switch their features by: the version whose behaviour we follow.
inline constexpr std::string_view redis_version = "7.2.4";

inline constexpr std::string_view syntax = "ERR syntax error";
inline constexpr std::string_view not_an_integer = "ERR value is not an integer or out of range";
inline constexpr std::string_view offset = "ERR offset is out of range";
inline constexpr std::string_view too_large =
    "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
inline constexpr std::string_view noauth = "NOAUTH Authentication required.";
inline constexpr std::string_view wrongpass =
    "WRONGPASS invalid username-password pair or user is disabled.";
inline constexpr std::string_view out_of_memory =
    "OOM command not allowed when used memory > 'maxmemory'.";
inline constexpr std::string_view exec_abort =
    "EXECABORT Transaction discarded because of previous errors.";
inline constexpr std::string_view not_in_transaction =
    "ERR Command not allowed inside a transaction";
inline constexpr std::string_view invalid_cursor = "ERR invalid cursor";
inline constexpr std::string_view reply_too_large =
    "ERR the reply exceeds the output limit of a connection; ask for less at once";
inline constexpr std::string_view too_many_clients = "ERR max number of clients reached";

inline constexpr std::string_view invalid_client_name =
    "ERR Client names cannot contain spaces, newlines or special characters.";

inline std::string wrong_arity(std::string_view command) {
  return "ERR wrong number of arguments for '" + std::string{command} + "' command";
}

}
