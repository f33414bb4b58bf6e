#include "api/rates.h"

#include <chrono>

namespace starling::api {
namespace {

constexpr std::size_t samples_kept = 5;

}

void Rates::sample(core::Instant now, Totals totals) {
  samples_.push_back({now, totals});
  if (samples_.size() > samples_kept) samples_.pop_front();
}

std::uint64_t Rates::per_second(std::uint64_t Totals::* which) const {
  if (samples_.size() < 2) return 0;
  const auto& [from, before] = samples_.front();
  const auto& [to, after] = samples_.back();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
  return ms <= 0 ? 0 : (after.*which - before.*which) * 1000 / static_cast<std::uint64_t>(ms);
}

}
