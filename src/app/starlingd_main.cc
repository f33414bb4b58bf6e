// The daemon: configuration in, exit code out.
//   0 stopped as asked · 1 could not start, or the disk failed · 78 the configuration is wrong

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/assembly.h"
#include "config/load.h"

// Read by jemalloc where it is linked: two arenas and a short memory, or the resident size is
// that of the busiest second. Measured in store/README.md.
extern "C" {
const char* malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";
}

namespace {

constexpr int exit_failed = 1;
constexpr int exit_bad_configuration = 78;  // EX_CONFIG of <sysexits.h>.

int complain(const std::string& what, int code) {
  std::fprintf(stderr, "starlingd: %s\n", what.c_str());
  return code;
}

starling::core::WallTime wall() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

}

int main(int argc, char** argv) {
  namespace config = starling::config;
  namespace app = starling::app;
  namespace core = starling::core;
  namespace observe = starling::observe;
  auto orders = config::load(config::surroundings_of(argc, argv, environ, STARLING_VERSION));
  if (!orders) return complain(orders.error().detail, exit_bad_configuration);
  if (orders->to_print) {
    std::fputs(orders->to_print->c_str(), stdout);
    return 0;
  }
  const auto& settings = orders->settings;
  const auto format = settings.log.format == config::LogFormat::json ? observe::LogFormat::json
                                                                     : observe::LogFormat::logfmt;
  observe::Log log{{settings.log.level, format, settings.name}};
  for (const auto& warning : orders->warnings) {
    log.write(core::Severity::warning, warning, {}, wall());
  }
  auto assembly = app::Assembly::build(settings, STARLING_VERSION, log);
  if (!assembly) return complain(assembly.error().detail, exit_failed);
  (*assembly)->run();
  return 0;
}
