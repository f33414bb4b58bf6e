#include "api/refusals.h"

#include <algorithm>
#include <string_view>

namespace starling::api {
namespace {

// What a server that is no cluster answers: valkey-cli accepts this text to READONLY and no other.
constexpr std::string_view cluster = " asking cluster readonly readwrite ";

constexpr std::string_view counters = " decr decrby incr incrby incrbyfloat ";

// Every command of another type, and scripts, which could do anything.
constexpr std::string_view other_types =
    " bitcount bitfield bitop bitpos getbit setbit eval evalsha"
    " geoadd geodist geohash geopos georadius georadiusbymember geosearch geosearchstore"
    " hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset"
    " hsetnx hstrlen hvals"
    " blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx"
    " lrange lrem lset ltrim rpop rpoplpush rpush rpushx"
    " pfadd pfcount pfmerge"
    " sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove"
    " spop srandmember srem sscan sunion sunionstore"
    " xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange"
    " xtrim"
    " bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard"
    " zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex"
    " zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore "
    "zrevrange"
    " zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore ";

bool is_among(std::string_view names, const std::string& name) {
  return !name.contains(' ') && names.contains(" " + name + " ");
}

}

std::optional<std::string> refusal_of(core::BytesView name) {
  std::string lower{name.substr(0, 32)};  // Longer than any of them.
  std::ranges::transform(lower, lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
  });
  if (lower.empty()) return std::nullopt;
  if (is_among(counters, lower)) {
    return "ERR '" + lower +
           "' is refused: concurrent increments on two nodes would be lost; see STARLING HELP "
           "counters";
  }
  if (is_among(cluster, lower)) return "ERR This instance has cluster support disabled";
  if (is_among(other_types, lower)) {
    return "ERR '" + lower + "' is not supported: strings only so far; see STARLING HELP types";
  }
  return std::nullopt;
}

}
