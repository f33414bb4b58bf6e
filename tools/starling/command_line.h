#pragma once
// From words to an order. Help and mistakes are answered here.

#include <variant>

#include "tools/starling/orders.h"

namespace starling::cli {

struct HelpText {
  std::string text;
};

Outcome<std::variant<Order, HelpText>> parse_command_line(int argc, const char* const* argv);

}
