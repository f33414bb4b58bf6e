#pragma once
// The encoded key: what a record is called below the waterline, in the store, the tree and on the
// wire. One byte of key space, the user's key escaped so that order is preserved and an end is
// recognised, one byte of kind, then a sub-key (empty for strings).
//
//   'u'  user key, 0x00 as 0x00 0xFF  0x00 0x01  's'  sub-key
//
// User-key order is the order of encoded keys, so it is the order of ranges, scans and diffs.

#include "core/bytes.h"
#include "core/result.h"

namespace starling::core {

inline constexpr char space_users = 'u';
inline constexpr char space_system = 's';
inline constexpr char kind_string = 's';

// `user_key` is at most limits::key_bytes_max long: the caller has checked.
Bytes encode_key(BytesView user_key, char kind = kind_string);

// The user's key of an encoded key; `malformed` when encode_key cannot have made it, `over_limit`
// when the user's key is too long.
Result<Bytes> decode_key(BytesView encoded);
bool is_encoded_key(BytesView bytes);

// The smallest encoded key of any user key at or above `user_key`: where a range of user keys
// begins. A prefix P of user keys is [begin_of_user_keys(P), end_of_prefix of that).
Bytes begin_of_user_keys(BytesView user_key);

// The whole users' space, which is all that the tree covers: [begin, end).
inline constexpr BytesView users_begin = "u";
inline constexpr BytesView users_end = "v";

}
