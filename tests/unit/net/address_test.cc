#include "net/address.h"

#include <doctest/doctest.h>

namespace starling::net {
namespace {

TEST_CASE("numeric addresses survive text") {
  for (const std::string text :
       {"1.2.3.4:5", "127.0.0.1:7381", "0.0.0.0:0", "[::1]:5", "[::]:80", "[2001:db8::7]:65535"}) {
    const auto address = SocketAddress::parse(text);
    REQUIRE(address);
    CHECK(address->to_text() == text);
  }
}

TEST_CASE("an IPv4 address is the same however it is written") {
  CHECK(SocketAddress::parse("[::ffff:1.2.3.4]:5") == SocketAddress::parse("1.2.3.4:5"));
}

TEST_CASE("names and nonsense are not numeric addresses") {
  for (const auto* text : {"edge-b:7381", "1.2.3.4", "1.2.3:4", "[1.2.3.4]:5", "::1:5", "[::1]",
                           "[::1]5", "1.2.3.4:65536", "1.2.3.4:", "1.2.3.4:+5", "", ":", "[]:1"}) {
    CAPTURE(text);
    CHECK_FALSE(SocketAddress::parse(text));
  }
}

TEST_CASE("loopback and any are recognised in both families") {
  const auto is_loopback = [](const char* text) {
    return SocketAddress::parse(text).value().is_loopback();
  };
  const auto is_any = [](const char* text) { return SocketAddress::parse(text).value().is_any(); };
  CHECK(is_loopback("127.0.0.1:1"));
  CHECK(is_loopback("127.9.9.9:1"));
  CHECK(is_loopback("[::1]:1"));
  CHECK_FALSE(is_loopback("128.0.0.1:1"));
  CHECK_FALSE(is_loopback("[::2]:1"));
  CHECK_FALSE(is_loopback("0.0.0.0:1"));
  CHECK(is_any("0.0.0.0:1"));
  CHECK(is_any("[::]:1"));
  CHECK_FALSE(is_any("[::1]:1"));
}

TEST_CASE("a host and a port are told apart, and the error says what is wrong") {
  CHECK(parse_host_port("edge-b:7381").value() == HostPort{"edge-b", 7381});
  CHECK(parse_host_port("[fe80::1]:0").value() == HostPort{"fe80::1", 0});
  const auto why = [](std::string_view text) { return parse_host_port(text).error().detail; };
  CHECK(why("edge-b").contains("no port"));
  CHECK(why("edge-b:seven").contains("0 to 65535"));
  CHECK(why(":7381").contains("no host"));
  CHECK(why("::1:5").contains("[ADDRESS]:PORT"));
  CHECK(why("[::1:5").contains("bracket"));
  CHECK(why(std::string(300, 'a') + ":1").contains("too long"));
  CHECK(why(std::string{"a\0b:1", 5}).contains("zero byte"));
}

}
}
