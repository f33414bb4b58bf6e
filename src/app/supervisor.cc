#include "app/supervisor.h"

#include <systemd/sd-daemon.h>

namespace starling::app {

void Supervisor::ready() const { sd_notify(0, "READY=1"); }
void Supervisor::stopping() const { sd_notify(0, "STOPPING=1"); }
void Supervisor::status(const std::string& line) const { sd_notify(0, ("STATUS=" + line).c_str()); }
void Supervisor::alive() const { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> Supervisor::alive_interval() {
  std::uint64_t interval = 0;
  if (sd_watchdog_enabled(0, &interval) <= 0) return std::nullopt;
  return std::chrono::microseconds{interval / 2};
}

}
