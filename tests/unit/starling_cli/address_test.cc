#include "tools/starling/address.h"

#include <doctest/doctest.h>

namespace starling::cli {
namespace {

Address at(const std::string& text) {
  const auto address = parse_address(text);
  REQUIRE(address.has_value());
  return *address;
}

}

TEST_CASE("a text with a slash is the path of a socket") {
  CHECK(at("/run/starling/resp.sock").socket == "/run/starling/resp.sock");
  CHECK(at("./resp.sock").socket == "./resp.sock");
  CHECK(at("unix:resp.sock").socket == "resp.sock");
  CHECK(at("/" + std::string(106, 'x')).socket.size() == 107);
  CHECK_FALSE(parse_address("/" + std::string(107, 'x')).has_value());
  CHECK_FALSE(parse_address("unix:").has_value());
}

TEST_CASE("all else is a host and a port") {
  CHECK(at("127.0.0.1:7379") == Address{.socket = {}, .host = "127.0.0.1", .port = 7379});
  CHECK(at("edge-a.example:65535").port == 65535);
  CHECK(at("[::1]:7379").host == "::1");
  CHECK(at("[::1]:7379").to_text() == "[::1]:7379");
  for (const auto* wrong : {"", "edge-a", ":7379", "edge-a:", "edge-a:0", "edge-a:65536",
                            "edge-a:7379x", "edge-a:-1", "::1:7379", "[]:7379"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_address(wrong).has_value());
  }
}

TEST_CASE("a wrong address is answered with a right one") {
  const auto wrong = parse_address("edge-a");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().what.contains("edge-a"));
  CHECK(wrong.error().remedy.contains("--addr 127.0.0.1:7379"));
}

}
