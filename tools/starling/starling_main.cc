// The command line client: words in, exit code out.
//   0 yes, equal, healthy · 1 a checked no · 2 trouble

#include <csignal>
#include <cstdio>

#include "tools/starling/command_line.h"

int main(int argc, char** argv) {
  using namespace starling::cli;
  std::signal(SIGPIPE, SIG_IGN);  // A closed pipe or connection is an error to be told.
  auto parsed = parse_command_line(argc, argv);
  if (!parsed) {
    complain(parsed.error());
    return static_cast<int>(Exit::trouble);
  }
  if (const auto* help = std::get_if<HelpText>(&*parsed)) {
    std::fputs(help->text.c_str(), stdout);
    return static_cast<int>(Exit::yes);
  }
  const auto& order = std::get<Order>(*parsed);
  Output output{order.look};
  const auto result =
      std::visit([&](const auto& act) { return run(act, Desk{order.access, output}); }, order.act);
  output.end_progress();
  output.flush();
  if (!result) complain(result.error());
  return static_cast<int>(result ? *result : Exit::trouble);
}
