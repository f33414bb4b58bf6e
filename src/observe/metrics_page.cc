#include "observe/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace starling::observe {
namespace {

prometheus::ClientMetric foreign(const MetricValue& value, MetricKind kind) {
  prometheus::ClientMetric made;
  for (const auto& [name, text] : value.labels) made.label.push_back({name, text});
  if (kind == MetricKind::counter) {
    made.counter.value = value.value;
  } else {
    made.gauge.value = value.value;
  }
  return made;
}

prometheus::MetricFamily foreign(const Metric& metric) {
  prometheus::MetricFamily family;
  family.name = metric.name;
  family.help = metric.help;
  family.type = metric.kind == MetricKind::counter ? prometheus::MetricType::Counter
                                                   : prometheus::MetricType::Gauge;
  for (const auto& value : metric.values) family.metric.push_back(foreign(value, metric.kind));
  return family;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
  });
}

}

std::string metrics_page(const std::vector<Metric>& metrics) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& metric : metrics) {
    if (!metric.values.empty()) families.push_back(foreign(metric));
  }
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families);
  return std::move(text).str();
}

bool is_well_formed(const Metric& metric) {
  const bool is_counter = metric.kind == MetricKind::counter;
  return metric.name.starts_with("starling_") && is_name(metric.name) && !metric.help.empty() &&
         metric.name.ends_with("_total") == is_counter &&
         std::ranges::all_of(metric.values, [](const MetricValue& value) {
           return std::ranges::all_of(value.labels,
                                      [](const auto& label) { return is_name(label.first); });
         });
}

std::vector<MetricValue> by_peer(std::vector<MetricValue> values) {
  if (values.size() <= peers_labelled_max) return values;
  std::ranges::sort(values, std::ranges::greater{}, &MetricValue::value);
  MetricValue others{{{"peer", "others"}}, 0};
  for (std::size_t i = peers_labelled_max; i < values.size(); ++i) others.value += values[i].value;
  values.resize(peers_labelled_max);
  values.push_back(std::move(others));
  return values;
}

}
