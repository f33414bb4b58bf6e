# What an application in Ruby does, through Debian's ruby-redis. Raises on the first surprise.
require "redis"

def check(found, expected, what)
  raise "#{what}: #{found.inspect}, expected #{expected.inspect}" unless found == expected
end

[{ url: "redis://127.0.0.1:#{ARGV[0]}" }, { path: ARGV[1] }].each do |door|
  redis = Redis.new(**door)
  check(redis.ping, "PONG", "ping")
  check(redis.set("rb:a", "one"), "OK", "set")
  check(redis.get("rb:a"), "one", "get")
  check(redis.get("rb:none"), nil, "get of nothing")
  binary = (0..255).to_a.pack("C*")
  redis.set("rb:".b + binary, binary * 800)
  check(redis.get("rb:".b + binary).b, binary * 800, "binary key and a value of 200 KB")
  redis.mset("rb:b", 2, "rb:c", 3)
  check(redis.mget("rb:b", "rb:none", "rb:c"), ["2", nil, "3"], "mget")
  check(redis.set("rb:b", "x", nx: true), false, "set nx over something")
  redis.set("rb:d", "x", ex: 100)
  check(redis.ttl("rb:d").between?(96, 100), true, "ttl")
  replies = redis.pipelined { |pipe| 1000.times { |i| pipe.set("rb:p:#{i}", i) } }
  check(replies, ["OK"] * 1000, "pipelined replies")
  check(redis.multi { |t| t.set("rb:t", 1); t.get("rb:t") }, ["OK", "1"], "transaction")
  check(redis.scan_each(match: "rb:p:*", count: 100).to_a.uniq.size, 1000, "scan")
  check(redis.del("rb:a", "rb:b", "rb:none"), 2, "del")
  begin
    redis.incr("rb:n")
    raise "incr was not refused"
  rescue Redis::CommandError => error
    check(error.message.include?("refused: concurrent increments"), true, "incr: #{error.message}")
  end
  redis.close
end
