#include "config/nearest.h"

#include <doctest/doctest.h>

#include <vector>

namespace starling::config {

TEST_CASE("the distance counts letters to change") {
  CHECK(edit_distance("listen", "listen") == 0);
  CHECK(edit_distance("lisen", "listen") == 1);    // One to insert.
  CHECK(edit_distance("listten", "listen") == 1);  // One to drop.
  CHECK(edit_distance("lizten", "listen") == 1);   // One to replace.
  CHECK(edit_distance("litsen", "listen") == 1);   // Two neighbours to swap.
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is suggested, and none when all are far") {
  const std::vector<std::string> names{"socket", "socket_mode", "listen"};
  CHECK(suggestion("sockte", names) == "; did you mean socket?");
  CHECK(suggestion("socket_mod", names) == "; did you mean socket_mode?");
  CHECK(suggestion("memory", names).empty());
  CHECK(suggestion("listen", {}).empty());
  CHECK(suggestion(std::string(10'000, 'x'), names).empty());
}

}
