#include "api/http_server.h"

#include <doctest/doctest.h>

#include <string>

#include "api/admin_pages.h"
#include "unit/api/loopback.h"

namespace starling::api {
namespace {

using testing::Caller;

class House {
 public:
  House() {
    auto started = HttpServer::start(
        loop, {.address = *net::SocketAddress::parse("127.0.0.1:0"), .hosts = {"edge-a"}},
        admin_pages({.status = [this] { return status; },
                     .metrics = [] { return std::string{"metrics_here 1\n"}; },
                     .is_alive = [this] { return is_alive; },
                     .is_draining = [this] { return is_draining; }}));
    REQUIRE(started.has_value());
    server = std::move(*started);
  }

  // The status code and the body.
  std::pair<std::string, std::string> ask(const std::string& request) {
    Caller caller{loop, server->port()};
    const auto heard = caller.say_until_closed(request);
    const auto body = heard.find("\r\n\r\n");
    if (body == std::string::npos) return {heard, ""};
    return {heard.substr(9, 3), heard.substr(body + 4)};
  }
  std::pair<std::string, std::string> get(const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: localhost:7380\r\nConnection: close\r\n\r\n");
  }

  net::EventLoop loop;
  node::Status status;
  bool is_alive = true;
  bool is_draining = false;
  std::unique_ptr<HttpServer> server;
};

TEST_CASE("probes tell alive from ready") {
  House house;
  CHECK(house.get("/livez").first == "200");
  CHECK(house.get("/readyz") == std::pair<std::string, std::string>{"503", "opening the store\n"});
  house.status.is_ready = true;
  CHECK(house.get("/readyz").first == "200");
  house.is_draining = true;
  CHECK(house.get("/readyz").first == "503");
  house.is_alive = false;
  CHECK(house.get("/livez").first == "503");
}

TEST_CASE("pages are made when they are asked for") {
  House house;
  CHECK(house.get("/metrics").second == "metrics_here 1\n");
  house.status.name = "edge-a";
  house.status.is_frozen = true;
  CHECK(house.get("/api/v1/status").second.find("\"name\":\"edge-a\"") != std::string::npos);
  CHECK(house.get("/api/v1/members").second.find("\"members\":[]") != std::string::npos);
  CHECK(house.get("/healthz").second.find("\"frozen\":true") != std::string::npos);
  CHECK(house.get("/nothing").first == "404");
  CHECK(house.get("/../livez").first == "404");
}

TEST_CASE("what a browser could be led to do is refused") {
  House house;
  const std::string end = "Connection: close\r\n\r\n";
  const auto code = [&](const std::string& request) { return house.ask(request).first; };
  CHECK(code("GET /livez HTTP/1.1\r\nHost: evil.example\r\n" + end) == "403");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: edge-a:1\r\n" + end) == "200");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: [::1]:7380\r\n" + end) == "200");
  CHECK(code("GET /livez HTTP/1.1\r\n" + end) == "400");
  CHECK(code("GET /livez HTTP/1.0\r\n" + end) == "400");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n" + end) == "400");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n" + end) ==
        "403");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n" + end) == "403");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:7380\r\n" + end) ==
        "200");
  CHECK(code("POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n" + end + "x") ==
        "405");
  CHECK(code("DELETE /livez HTTP/1.1\r\nHost: localhost\r\n" + end) == "405");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: "
             "chunked\r\n" +
             end) == "400");
  CHECK(
      code("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n" +
           end) == "400");
  CHECK(code("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n" + end + "x") ==
        "413");
  CHECK(code("GET /" + std::string(2000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n" + end) == "414");
  CHECK(house.server->refused() >= 10);
}

TEST_CASE("what is no HTTP is counted too") {
  House house;
  CHECK(house.ask("\x16\x03\x01 no HTTP\r\n\r\n").first == "400");
  CHECK(house.server->refused() == 1);
}

TEST_CASE("HEAD has no body") {
  House house;
  const auto [code, body] =
      house.ask("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(code == "200");
  CHECK(body.empty());
}

TEST_CASE("a port in use is an error that names it") {
  House house;
  auto second = HttpServer::start(
      house.loop,
      {.address = *net::SocketAddress::parse("127.0.0.1:" + std::to_string(house.server->port())),
       .hosts = {}},
      {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().detail.find("127.0.0.1:") != std::string::npos);
  CHECK(second.error().detail.find("already in use") != std::string::npos);
}

}
}
