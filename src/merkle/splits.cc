#include "merkle/splits.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

#include "core/assert.h"

namespace starling::merkle {
namespace {

// A listing is work for the disk and memory for its answer: about 6,000 heads each, and few at
// once. Their right ends come first, because what lies right of the last boundary is known whole.
constexpr std::size_t boundaries_per_flight_max = 128;
constexpr std::size_t flights_max = 4;

}

Splits::Part& Splits::Flight::part_of(core::BytesView key) {
  const auto above = std::ranges::upper_bound(parts, key, {}, &Part::boundary);
  STARLING_ASSERT(above != parts.begin());
  return *std::prev(above);
}

Splits::Flights::iterator Splits::flight_with(core::BytesView boundary) {
  return std::ranges::find_if(flights_, [&](const auto& entry) {
    return std::ranges::contains(entry.second.parts, boundary, &Part::boundary);
  });
}

Splits::Flights::iterator Splits::flight_to(core::BytesView leaf_end) {
  return std::ranges::find_if(
      flights_, [&](const auto& entry) { return entry.second.range.end == leaf_end; });
}

void Splits::on_boundary(core::BytesView boundary) {
  if (tree_.has_leaf_at(boundary) || flight_with(boundary) != flights_.end()) return;
  waiting_.emplace(boundary);
}

void Splits::on_change(core::BytesView key, const Summary& delta) {
  for (auto& [id, flight] : flights_) {
    if (flight.range.contains(key)) flight.part_of(key).summary += delta;
  }
}

void Splits::on_boundary_removed(core::BytesView boundary) {
  if (const auto at = waiting_.find(boundary); at != waiting_.end()) {
    waiting_.erase(at);
  } else if (const auto flight = flight_with(boundary); flight != flights_.end()) {
    remove_part(flight, boundary);
  } else if (tree_.has_leaf_at(boundary)) {
    // The leaf before will reach further than what is being listed of it.
    if (const auto before = flight_to(boundary); before != flights_.end()) cancel(before);
    tree_.join(boundary);
  }
}

void Splits::remove_part(Flights::iterator at, core::BytesView boundary) {
  auto& [range, parts] = at->second;
  const auto part = std::ranges::find(parts, boundary, &Part::boundary);
  // What it holds falls to the part before it; before the first lies what stays in the leaf.
  if (part != parts.begin()) std::prev(part)->summary += part->summary;
  parts.erase(part);
  if (parts.empty()) {
    flights_.erase(at);
  } else {
    range.begin = parts.front().boundary;
  }
}

void Splits::cancel(Flights::iterator at) {
  for (auto& part : at->second.parts) waiting_.insert(std::move(part.boundary));
  flights_.erase(at);
}

std::vector<SplitRequest> Splits::take_requests() {
  std::vector<SplitRequest> requests;
  for (auto at = waiting_.begin(); at != waiting_.end() && flights_.size() < flights_max;) {
    const auto leaf = tree_.leaf_of(*at);
    const auto leaf_end = waiting_.lower_bound(leaf.end);
    if (flight_to(leaf.end) == flights_.end()) {
      auto first = leaf_end;
      for (std::size_t i = 0; i < boundaries_per_flight_max && first != at; ++i) --first;
      Flight flight{.range = {*first, leaf.end}, .parts = {}};
      for (auto next = first; next != leaf_end; ++next) flight.parts.push_back({*next, {}});
      waiting_.erase(first, leaf_end);
      requests.push_back({++last_id_, flight.range});
      flights_.emplace(last_id_, std::move(flight));
    }
    at = leaf_end;
  }
  return requests;
}

void Splits::on_listed(std::uint64_t id, std::span<const KeyHead> records) {
  auto node = flights_.extract(id);
  if (node.empty()) return;
  auto& flight = node.mapped();
  for (const auto& [key, head] : records) {
    if (flight.range.contains(key)) flight.part_of(key).summary += key_.item(key, head);
  }
  // From the right: each part is then the end of the leaf that it leaves.
  for (const auto& [boundary, summary] : flight.parts | std::views::reverse) {
    tree_.split(boundary, key_.key_hash(boundary), summary);
  }
}

}
