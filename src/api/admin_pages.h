#pragma once
// What the admin port shows.
//
//   /livez     200, or 503: restart me         /metrics          Prometheus text
//   /readyz    200, or 503 and why             /api/v1/status    JSON, as STARLING STATUS
//   /healthz   JSON: each check                /api/v1/members   JSON, as STARLING MEMBERS

#include <functional>
#include <string>

#include "api/http_server.h"
#include "node/status.h"

namespace starling::api {

struct AdminSources {
  std::function<node::Status()> status;
  std::function<std::string()> metrics;  // The whole page.
  std::function<bool()> is_alive;        // The store's probe returned of late.
  std::function<bool()> is_draining;
};

HttpPages admin_pages(AdminSources sources);

}
