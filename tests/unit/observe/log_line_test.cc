#include "observe/log_line.h"

#include <doctest/doctest.h>

#include <chrono>

namespace starling::observe {
namespace {

using namespace std::chrono_literals;

constexpr core::WallTime at{1'764'000'000'123};
const core::Instant noon{1h};

TEST_CASE("a logfmt line quotes what needs it") {
  const LogOptions options{
      .least = core::Severity::info, .format = LogFormat::logfmt, .node = "edge-a"};
  CHECK(format_line(options, at, core::Severity::warning, "14 ms off",
                    {{"topic", "clock"}, {"peer", "edge b\"\n"}}) ==
        "ts=2025-11-24T16:00:00.123Z level=warning node=edge-a topic=clock "
        "peer=\"edge b\\\"\\u000a\" msg=\"14 ms off\"");
}

TEST_CASE("a JSON line is one object") {
  const LogOptions options{.least = core::Severity::info, .format = LogFormat::json, .node = ""};
  CHECK(format_line(options, at, core::Severity::alarm, "a\\b", {{"topic", "corrupt"}}) ==
        R"({"ts":"2025-11-24T16:00:00.123Z","level":"error","topic":"corrupt","msg":"a\\b"})");
}

TEST_CASE("repeats within the window are counted, not written") {
  RepeatFilter filter;
  CHECK(filter.admit("a", noon) == 0);
  CHECK(filter.admit("b", noon) == 0);
  CHECK(filter.admit("a", noon + 5s) == std::nullopt);
  CHECK(filter.admit("a", noon + 10s - 1ns) == std::nullopt);
  CHECK(filter.admit("a", noon + 10s) == 2);
  CHECK(filter.admit("a", noon + 20s) == 0);
}

TEST_CASE("the filter forgets rather than grows") {
  RepeatFilter filter;
  for (int i = 0; i < 10'000; ++i) CHECK(filter.admit(std::to_string(i), noon) == 0);
  CHECK(filter.admit("9999", noon) == std::nullopt);
}

TEST_CASE("a log counts what it held back and writes nothing below its level") {
  Log log{{.least = core::Severity::alarm, .format = LogFormat::logfmt, .node = "test"}};
  log.write({core::Severity::info, "quiet", "not written"}, {noon, at});
  CHECK(log.held_back() == 0);
  log.set_least(core::Severity::debug);
  log.write({core::Severity::info, "test", "one line of the log's own test"}, {noon, at});
  log.write({core::Severity::info, "test", "one line of the log's own test"}, {noon, at});
  CHECK(log.held_back() == 1);
  CHECK(log.dropped() == 0);
}

}
}
