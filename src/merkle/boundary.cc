#include "merkle/boundary.h"

#include <array>

#include "core/limits.h"

namespace starling::merkle {
namespace {

using Thresholds = std::array<std::uint64_t, core::limits::tree_levels>;

constexpr Thresholds make_thresholds() {
  Thresholds thresholds{};
  auto records_mean = static_cast<unsigned __int128>(core::limits::leaf_records_mean);
  for (auto& threshold : thresholds) {
    threshold =
        static_cast<std::uint64_t>((static_cast<unsigned __int128>(1) << 64) / records_mean);
    records_mean *= core::limits::branch_fanout_mean;
  }
  return thresholds;
}

constexpr Thresholds thresholds = make_thresholds();

}

int boundary_level(std::uint64_t key_hash) {
  int level = no_boundary;
  for (const auto threshold : thresholds) {
    if (key_hash >= threshold) break;
    ++level;
  }
  return level;
}

}
