#include "app/process.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

namespace starling::app {

std::uint64_t resident_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen("/proc/self/statm", "r"),
                                                             std::fclose};
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}
