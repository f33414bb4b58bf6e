#include "api/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/expiry.h"
#include "core/limits.h"
#include "net/watches.h"

namespace starling::api {
namespace {

constexpr std::size_t connection_bytes_max = 16 * 1024;  // Request line, headers, our bookkeeping.
constexpr std::size_t path_bytes_max = 1024;

// "localhost:7380" → "localhost", "[::1]:7380" → "[::1]".
std::string_view without_port(std::string_view host) {
  const auto end_of_ip = host.find(']');
  const auto colon = host.find(':', end_of_ip == std::string_view::npos ? 0 : end_of_ip);
  return host.substr(0, colon);
}

// The host of "http://host:port".
std::string_view host_of_origin(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view{}
                                          : without_port(origin.substr(scheme + 3));
}

struct NativeAddress {
  sockaddr_storage bytes{};
  bool is_ipv6 = false;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

NativeAddress native(const net::SocketAddress& address) {
  NativeAddress made;
  const auto& ip = address.ip();
  if (address.is_ipv4()) {
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&made.bytes);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port());
    std::memcpy(&v4->sin_addr, ip.data() + 12, 4);
  } else {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&made.bytes);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port());
    std::memcpy(&v6->sin6_addr, ip.data(), ip.size());
    made.is_ipv6 = true;
  }
  return made;
}

struct Headers {
  std::optional<std::string_view> host;
  std::optional<std::string_view> origin;
  std::size_t hosts = 0;
  std::size_t lengths = 0;  // Content-Length and Transfer-Encoding, each time.
};

MHD_Result note_header(void* context, MHD_ValueKind, const char* name, const char* value) {
  auto& headers = *static_cast<Headers*>(context);
  const std::string_view text = value == nullptr ? "" : value;
  if (equals_ignoring_case(name, "host")) {
    headers.host = text;
    ++headers.hosts;
  } else if (equals_ignoring_case(name, "origin")) {
    headers.origin = text;
  } else if (equals_ignoring_case(name, "content-length") ||
             equals_ignoring_case(name, "transfer-encoding")) {
    ++headers.lengths;
  }
  return MHD_YES;
}

// The library's own words, almost all of them about bad clients.
struct Complaints {
  std::uint64_t count = 0;
  std::array<char, 200> last{};
};

void note_complaint(void* context, const char* pattern, va_list values) {
  auto& complaints = *static_cast<Complaints*>(context);
  ++complaints.count;
  std::vsnprintf(complaints.last.data(), complaints.last.size(), pattern, values);
}

}

struct HttpServer::Inside {
  net::EventLoop& loop;
  HttpSettings settings;
  HttpPages pages;
  std::uint64_t refused = 0;
  Complaints complaints{};
  MHD_Daemon* daemon = nullptr;
  std::optional<net::DescriptorWatch> watch;
  net::Timer timer;

  Inside(net::EventLoop& on, HttpSettings chosen, HttpPages given)
      : loop{on},
        settings{std::move(chosen)},
        pages{std::move(given)},
        timer{on, [this] { work(); }} {}

  ~Inside() {
    watch.reset();
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }

  core::Result<void> start() {
    const auto address = native(settings.address);
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_THREAD_SAFETY | MHD_USE_ERROR_LOG;
    if (address.is_ipv6) flags |= MHD_USE_IPv6;
    const auto patience = std::chrono::seconds{core::limits::http_patience}.count();
    daemon = MHD_start_daemon(flags, settings.address.port(), nullptr, nullptr, &Inside::on_request,
                              this, MHD_OPTION_EXTERNAL_LOGGER, &note_complaint, &complaints,
                              MHD_OPTION_SOCK_ADDR, address.get(), MHD_OPTION_CONNECTION_LIMIT,
                              static_cast<unsigned>(core::limits::http_connections_max),
                              MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(patience),
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_bytes_max,
                              MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, MHD_OPTION_END);
    if (daemon == nullptr) {
      std::string why = complaints.last.data();
      while (why.ends_with('\n')) why.pop_back();
      return core::fail(core::Errc::unavailable,
                        "cannot listen on " + settings.address.to_text() + " for HTTP: " + why);
    }
    const auto* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    watch.emplace(loop, info->epoll_fd, net::Ready{.readable = true},
                  [this](net::Ready) { work(); });
    work();
    return {};
  }

  // Lets the library do what there is to do, and wakes it again when it wants.
  void work() {
    MHD_run(daemon);
    std::uint64_t milliseconds = 0;
    if (MHD_get_timeout64(daemon, &milliseconds) == MHD_YES) {
      timer.arm(loop.now().instant + std::chrono::milliseconds{milliseconds});
    } else {
      timer.disarm();
    }
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char*, std::size_t*,
                               void**) noexcept {
    auto& in = *static_cast<Inside*>(self);
    Headers headers;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &note_header, &headers);
    auto answer = in.refuse(path, method, headers);
    if (!answer) answer = in.page(path);
    return in.respond(connection, *answer);
  }

  std::optional<HttpAnswer> refuse(std::string_view path, std::string_view method,
                                   const Headers& headers) {
    const auto no = [this](unsigned status, const char* why) {
      ++refused;
      return HttpAnswer{.status = status, .body = std::string{why} + "\n"};
    };
    if (headers.hosts != 1) return no(400, "one Host header is needed");
    if (headers.lengths > 1) return no(400, "more than one length");
    if (!is_known_host(without_port(*headers.host))) return no(403, "unknown Host");
    if (headers.origin && !is_known_host(host_of_origin(*headers.origin))) {
      return no(403, "foreign Origin");
    }
    if (path.size() > path_bytes_max) return no(414, "path too long");
    if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
      return no(405, "read-only: GET and HEAD");
    }
    if (headers.lengths > 0) return no(413, "nothing is taken here");
    return std::nullopt;
  }

  bool is_known_host(std::string_view host) const {
    constexpr std::array loopback = {std::string_view{"localhost"}, std::string_view{"127.0.0.1"},
                                     std::string_view{"[::1]"}};
    const auto is = [host](std::string_view known) { return equals_ignoring_case(host, known); };
    return std::ranges::any_of(loopback, is) || std::ranges::any_of(settings.hosts, is) ||
           is(without_port(settings.address.to_text()));
  }

  HttpAnswer page(std::string_view path) {
    const auto found = pages.find(path);
    if (found == pages.end()) return {.status = 404, .body = "no such page\n"};
    return found->second();
  }

  MHD_Result respond(MHD_Connection* connection, const HttpAnswer& answer) {
    auto* const response = MHD_create_response_from_buffer(
        answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (answer.status == 405) MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    const auto queued = MHD_queue_response(connection, answer.status, response);
    MHD_destroy_response(response);
    return queued;
  }
};

core::Result<std::unique_ptr<HttpServer>> HttpServer::start(net::EventLoop& loop,
                                                            HttpSettings settings,
                                                            HttpPages pages) {
  auto inside = std::make_unique<Inside>(loop, std::move(settings), std::move(pages));
  if (auto started = inside->start(); !started) return std::unexpected(started.error());
  return std::make_unique<HttpServer>(std::move(inside));
}

HttpServer::HttpServer(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return MHD_get_daemon_info(inside_->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
std::uint64_t HttpServer::refused() const { return inside_->refused + inside_->complaints.count; }

}
