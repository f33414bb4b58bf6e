#pragma once
// Numbers as a page that Prometheus reads. Knows nothing of nodes: app/ says what there is, with a
// name, a help line and values; this turns it into text.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace starling::observe {

enum class MetricKind : std::uint8_t { counter, gauge };

struct MetricValue {
  std::map<std::string, std::string> labels;  // Never a key of a user.
  double value = 0;
};

// One family: all its values share name, help and kind.
struct Metric {
  std::string name;  // With its unit: starling_…_total, _bytes, _seconds, _ratio, _info.
  std::string help;  // One sentence, with the unit where the name has none.
  MetricKind kind = MetricKind::gauge;
  std::vector<MetricValue> values;
};

// Families without values are left out.
std::string metrics_page(const std::vector<Metric>& metrics);

// Names, labels and units as Prometheus and interfaces demand them: for tests.
bool is_well_formed(const Metric& metric);

// A `peer` label exists for at most 32 peers, so that 1,250 members do not make 1,250 series each:
// keeps those with the largest values and adds the rest up under "others".
inline constexpr std::size_t peers_labelled_max = 32;
std::vector<MetricValue> by_peer(std::vector<MetricValue> values);

}
