#pragma once
// Who meets whom: builds every room of the daemon from its settings, introduces them to each
// other, and takes them down in order. Decides nothing else.

#include <memory>
#include <string>

#include "config/settings.h"
#include "core/result.h"
#include "observe/log_line.h"

namespace starling::app {

class Assembly {
 public:
  // Opens the store and every door. The error is one line for stderr: what, where, what to do.
  // `log` outlives the assembly.
  static core::Result<std::unique_ptr<Assembly>> build(const config::Settings& settings,
                                                       std::string version, observe::Log& log);
  ~Assembly();

  // Until SIGTERM or SIGINT, then until everything that was said is answered and synced. A second
  // signal ends it at once.
  void run();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;

 public:
  // For build().
  explicit Assembly(std::unique_ptr<Inside> inside);
};

}
