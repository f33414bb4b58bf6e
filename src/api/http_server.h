#pragma once
// Read-only HTTP on a port of its own: probes, metrics, status. Serves a fixed set of pages, each
// made when it is asked for. Whoever wants to change something comes through the unix socket.
//
// A browser on this host must not be led here by a foreign page: the name in Host has to be a
// known one, and an Origin has to be ours.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace starling::api {

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

using HttpPages = std::map<std::string, std::function<HttpAnswer()>, std::less<>>;

struct HttpSettings {
  net::SocketAddress address;
  std::vector<std::string> hosts;  // Besides loopback's names and the address itself.
};

class HttpServer {
 public:
  // The error names the address.
  static core::Result<std::unique_ptr<HttpServer>> start(net::EventLoop& loop,
                                                         HttpSettings settings, HttpPages pages);
  ~HttpServer();

  std::uint16_t port() const;
  // Requests that were malformed, or refused before a page was looked up.
  std::uint64_t refused() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;

 public:
  // For start().
  explicit HttpServer(std::unique_ptr<Inside> inside);
};

}
