#pragma once
// Log lines on standard error: one per event, logfmt or JSON. Never values; keys only at debug.
//
//   ts=2026-11-24T09:12:03.120Z level=warning node=edge-a topic=clock msg="14 ms off"
//
// The same topic and text said again within a while is counted instead of written; the count
// comes with the next line that is.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/notice.h"
#include "core/time.h"

namespace starling::observe {

enum class LogFormat : std::uint8_t { logfmt, json };

struct LogOptions {
  core::Severity least = core::Severity::info;
  LogFormat format = LogFormat::logfmt;
  std::string node;
};

using LogFields = std::vector<std::pair<std::string, std::string>>;

// One line without its end. `fields` beside ts, level, node and msg.
std::string format_line(const LogOptions& options, core::WallTime at, core::Severity severity,
                        const std::string& message, const LogFields& fields);

// Decides which repeats are written: of one text, one in ten seconds.
class RepeatFilter {
 public:
  // How many were held back since the last one that was written, if this one is to be written.
  std::optional<std::uint64_t> admit(const std::string& text, core::Instant now);

 private:
  void make_room(core::Instant now);

  struct Said {
    core::Instant at;
    std::uint64_t held_back = 0;
  };
  std::map<std::string, Said> said_;
};

class Log {
 public:
  explicit Log(LogOptions options);
  ~Log();

  // Waits for whoever reads standard error when it is a warning or an alarm; else it is dropped.
  void write(const core::Notice& notice, core::Now now);
  // Not filtered: for what is said once, at start and at the end.
  void write(core::Severity severity, const std::string& message, const LogFields& fields,
             core::WallTime at);
  // Lines that were lost because nobody read fast enough, and repeats that were held back.
  std::uint64_t dropped() const;
  std::uint64_t held_back() const { return held_back_; }
  void set_least(core::Severity least) { options_.least = least; }

 private:
  struct Sink;

  LogOptions options_;
  RepeatFilter repeats_;
  std::uint64_t held_back_ = 0;
  std::unique_ptr<Sink> sink_;
};

}
