#include "config/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace starling::config {

// Optimal string alignment, by rows; `older` is the row before `row`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> older(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differ = a[i - 1] == b[j - 1] ? 0 : 1;
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + differ});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) next[j] = std::min(next[j], older[j - 2] + 1);
    }
    std::swap(older, row);
    std::swap(row, next);
  }
  return row[b.size()];
}

std::string suggestion(std::string_view mistyped, std::span<const std::string> names) {
  constexpr std::size_t typed_max = 64;  // Nobody mistypes more than that.
  if (names.empty() || mistyped.size() > typed_max) return {};
  const auto nearest = std::ranges::min(
      names, {}, [&](std::string_view name) { return edit_distance(mistyped, name); });
  const auto near_enough = std::max<std::size_t>(2, mistyped.size() / 3);
  if (edit_distance(mistyped, nearest) > near_enough) return {};
  return "; did you mean " + nearest + "?";
}

}
