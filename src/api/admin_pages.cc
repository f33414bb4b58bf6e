#include "api/admin_pages.h"

#include <memory>
#include <utility>

#include "api/json.h"

namespace starling::api {
namespace {

HttpAnswer json_answer(std::string body) {
  return {.content_type = "application/json", .body = std::move(body) + "\n"};
}

// Alone in the network is ready.
HttpAnswer readiness(const AdminSources& sources) {
  if (sources.is_draining()) return {.status = 503, .body = "draining\n"};
  if (!sources.status().is_ready) return {.status = 503, .body = "opening the store\n"};
  return {.body = "ready\n"};
}

}

HttpPages admin_pages(AdminSources given) {
  // Shared by all pages, which live and die together.
  const auto sources = std::make_shared<const AdminSources>(std::move(given));
  HttpPages pages;
  pages["/livez"] = [sources] {
    return sources->is_alive() ? HttpAnswer{.body = "alive\n"}
                               : HttpAnswer{.status = 503, .body = "the store does not answer\n"};
  };
  pages["/readyz"] = [sources] { return readiness(*sources); };
  pages["/healthz"] = [sources] {
    return json_answer(health_json(sources->status(), sources->is_alive(), sources->is_draining()));
  };
  pages["/metrics"] = [sources] {
    return HttpAnswer{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                      .body = sources->metrics()};
  };
  pages["/api/v1/status"] = [sources] { return json_answer(status_json(sources->status())); };
  pages["/api/v1/members"] = [sources] { return json_answer(members_json(sources->status())); };
  return pages;
}

}
