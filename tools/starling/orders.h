#pragma once
// What can be asked of this program: one struct per command, as the command line fills it.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tools/starling/client.h"
#include "tools/starling/output.h"

namespace starling::cli {

struct Init {
  std::string folder;
  std::string name;
  std::string cluster = "starling";
  std::string secret;  // A secret file to copy, for all nodes but the first.
};

struct Status {};
struct Members {};
struct Health {};
struct Version {};

struct Get {
  std::string key;
};
struct Set {
  std::string key;
  std::string value;
  bool is_from_stdin = false;
  std::optional<Milliseconds> lifetime;
};
struct Del {
  std::vector<std::string> keys;
};
struct Scan {
  std::string prefix;
  std::optional<std::size_t> keys_max;
};

struct Check {
  bool is_whole_roster = false;
  Milliseconds within{15'000};
};
struct Diff {
  std::vector<std::string> sides;  // One: the other side. Two: A and B.
  bool is_with_all = false;
  bool is_stat = false;
  bool has_values = false;
  std::string prefix;
  std::optional<std::size_t> keys_max;
};
struct Freeze {
  bool is_on = true;  // Else thaw.
};

using Act =
    std::variant<Init, Status, Members, Health, Version, Get, Set, Del, Scan, Check, Diff, Freeze>;

struct Order {
  Access access;
  Output::Options look;
  Act act;
};

// What a command runs with.
struct Desk {
  const Access& access;
  Output& output;
};

Outcome<Exit> run(const Init& order, Desk desk);
Outcome<Exit> run(const Status& order, Desk desk);
Outcome<Exit> run(const Members& order, Desk desk);
Outcome<Exit> run(const Health& order, Desk desk);
Outcome<Exit> run(const Version& order, Desk desk);
Outcome<Exit> run(const Get& order, Desk desk);
Outcome<Exit> run(const Set& order, Desk desk);
Outcome<Exit> run(const Del& order, Desk desk);
Outcome<Exit> run(const Scan& order, Desk desk);
Outcome<Exit> run(const Check& order, Desk desk);
Outcome<Exit> run(const Diff& order, Desk desk);
Outcome<Exit> run(const Freeze& order, Desk desk);

}
