#include "config/secrets.h"

#include "config/text_file.h"

namespace starling::config {

using core::Errc;
using core::fail;

core::Result<core::Bytes> read_secret(const std::string& path) {
  constexpr std::size_t looked_at = 4096;
  auto secret = read_file(path, looked_at, Privacy::closed_to_others);
  if (!secret) return secret;
  if (secret->size() != secret_bytes) {
    return fail(Errc::bad_setting, path + " holds " + std::to_string(secret->size()) +
                                       " bytes, a secret is 32: starling init makes one");
  }
  return secret;
}

core::Result<core::Bytes> read_password(const std::string& path) {
  constexpr std::size_t password_bytes_max = 1024;
  auto password = read_file(path, password_bytes_max, Privacy::closed_to_others);
  if (!password) return password;
  while (password->ends_with('\n') || password->ends_with('\r')) password->pop_back();
  if (password->empty()) return fail(Errc::bad_setting, path + " holds no password");
  return password;
}

}
