#include "observe/metrics_page.h"

#include <doctest/doctest.h>

#include <string>

namespace starling::observe {
namespace {

TEST_CASE("a page has a help line, a type and a line per value") {
  const auto page =
      metrics_page({{.name = "starling_beats_total",
                     .help = "Beats sent and heard.",
                     .kind = MetricKind::counter,
                     .values = {{{{"direction", "in"}}, 3}, {{{"direction", "out"}}, 4}}},
                    {.name = "starling_frozen",
                     .help = "1 while this node takes part in no repair.",
                     .kind = MetricKind::gauge,
                     .values = {{{}, 0}}},
                    {.name = "starling_empty", .help = "Nothing yet.", .kind = {}, .values = {}}});
  CHECK(page ==
        "# HELP starling_beats_total Beats sent and heard.\n"
        "# TYPE starling_beats_total counter\n"
        "starling_beats_total{direction=\"in\"} 3\n"
        "starling_beats_total{direction=\"out\"} 4\n"
        "# HELP starling_frozen 1 while this node takes part in no repair.\n"
        "# TYPE starling_frozen gauge\n"
        "starling_frozen 0\n");
}

TEST_CASE("whatever a member calls itself stays inside its label") {
  const auto page = metrics_page({{.name = "starling_clock_skew_seconds",
                                   .help = "Offset.",
                                   .kind = MetricKind::gauge,
                                   .values = {{{{"peer", "a\"b\\c\nd"}}, 0.5}}}});
  CHECK(page.find("{peer=\"a\\\"b\\\\c\\nd\"} 0.5\n") != std::string::npos);
}

TEST_CASE("names follow the rules of the house") {
  const auto metric = [](const std::string& name, MetricKind kind) {
    return Metric{.name = name, .help = "Help.", .kind = kind, .values = {}};
  };
  CHECK(is_well_formed(metric("starling_beats_total", MetricKind::counter)));
  CHECK(is_well_formed(metric("starling_keys", MetricKind::gauge)));
  CHECK_FALSE(is_well_formed(metric("starling_beats", MetricKind::counter)));
  CHECK_FALSE(is_well_formed(metric("starling_keys_total", MetricKind::gauge)));
  CHECK_FALSE(is_well_formed(metric("keys", MetricKind::gauge)));
  CHECK_FALSE(is_well_formed(metric("starling_Keys", MetricKind::gauge)));
}

TEST_CASE("peers beyond the thirty-second are one series") {
  std::vector<MetricValue> values;
  for (int i = 0; i < 40; ++i) values.push_back({{{"peer", std::to_string(i)}}, double(i)});
  const auto kept = by_peer(values);
  REQUIRE(kept.size() == peers_labelled_max + 1);
  CHECK(kept.front().labels.at("peer") == "39");
  CHECK(kept.back().labels.at("peer") == "others");
  CHECK(kept.back().value == 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7);
  values.resize(32);
  CHECK(by_peer(values).size() == 32);
}

}
}
