#include "core/key.h"

#include "core/limits.h"

namespace starling::core {
namespace {

constexpr char zero_escaped = '\xFF';
constexpr char terminator = '\x01';

}

Bytes begin_of_user_keys(BytesView user_key) {
  Bytes encoded;
  encoded.reserve(user_key.size() + 4);
  encoded.push_back(space_users);
  for (const char byte : user_key) {
    encoded.push_back(byte);
    if (byte == '\0') encoded.push_back(zero_escaped);
  }
  return encoded;
}

Bytes encode_key(BytesView user_key, char kind) {
  auto encoded = begin_of_user_keys(user_key);
  encoded.push_back('\0');
  encoded.push_back(terminator);
  encoded.push_back(kind);
  return encoded;
}

Result<Bytes> decode_key(BytesView encoded) {
  if (encoded.empty() || encoded[0] != space_users) {
    return fail(Errc::malformed, "key outside the users' space");
  }
  Bytes user_key;
  for (std::size_t i = 1; i < encoded.size(); ++i) {
    if (encoded[i] != '\0') {
      user_key.push_back(encoded[i]);
      continue;
    }
    if (i + 1 == encoded.size()) break;
    const char after = encoded[++i];
    if (after == zero_escaped) {
      user_key.push_back('\0');
      continue;
    }
    // A string has no sub-key; other kinds are not known yet.
    if (after != terminator || i + 2 != encoded.size() || encoded[i + 1] != kind_string) break;
    if (user_key.size() > limits::key_bytes_max) {
      return fail(Errc::over_limit, "key longer than 4 KiB");
    }
    return user_key;
  }
  return fail(Errc::malformed, "key without its terminator and kind");
}

bool is_encoded_key(BytesView bytes) { return decode_key(bytes).has_value(); }

}
