#pragma once
// Who mistypes a name wants to be told the right one.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace starling::config {

// Letters to insert, drop or replace, and neighbours to swap, until `a` is `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// "; did you mean NAME?" with the nearest of `names`, or nothing when none is near.
std::string suggestion(std::string_view mistyped, std::span<const std::string> names);

}
