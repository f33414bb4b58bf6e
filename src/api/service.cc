#include "api/service.h"

#include <utility>

#include "api/command.h"
#include "api/command_table.h"

namespace starling::api {
namespace {

// Cursors of two runs of a process must not meet: they start at the microsecond of the start and
// are given out far more slowly than one per microsecond.
std::uint64_t first_cursor(core::WallTime wall) {
  return static_cast<std::uint64_t>(wall.ms > 0 ? wall.ms : 1) * 1000;
}

}

Service::Service(RespSettings settings_, World world_)
    : settings{std::move(settings_)},
      world{std::move(world_)},
      cursors{first_cursor(world.now().wall)},
      commands(command_table().size()) {}

CommandStatistics& Service::statistics_of(const Command& command) {
  return commands[index_of(command)];
}

}
