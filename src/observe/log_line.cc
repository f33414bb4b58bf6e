#include "observe/log_line.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace starling::observe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t lines_queued_max = 1024;  // About half a MiB in spdlog.
constexpr std::size_t texts_remembered_max = 256;
constexpr auto repeat_window = 10s;

std::string_view name_of(core::Severity severity) {
  switch (severity) {
    case core::Severity::debug:
      return "debug";
    case core::Severity::info:
      return "info";
    case core::Severity::warning:
      return "warning";
    case core::Severity::alarm:
      return "error";
  }
  return "error";
}

std::string text_of(core::WallTime at) {
  using std::chrono::sys_time;
  const sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds{at.ms}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

// Between quotes, so that one event stays one line whatever a peer calls itself. The escapes of
// JSON, which logfmt readers take too.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (static_cast<unsigned char>(byte) < ' ' || byte == '\x7f') {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(byte) & 0xffu);
      out += escape.data();
    } else {
      out += byte;
    }
  }
  return out + "\"";
}

bool is_bare(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char byte) {
    return byte > ' ' && byte < '\x7f' && byte != '"' && byte != '=' && byte != '\\';
  });
}

}

std::string format_line(const LogOptions& options, core::WallTime at, core::Severity severity,
                        const std::string& message, const LogFields& fields) {
  const bool is_json = options.format == LogFormat::json;
  std::string line = is_json ? "{" : "";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (line.size() > 1) line += is_json ? "," : " ";
    if (is_json) {
      line += quoted(name) + ":" + quoted(value);
    } else {
      line.append(name).append("=").append(is_bare(value) ? std::string{value} : quoted(value));
    }
  };
  add("ts", text_of(at));
  add("level", name_of(severity));
  if (!options.node.empty()) add("node", options.node);
  for (const auto& [name, value] : fields) add(name, value);
  add("msg", message);
  return is_json ? line + "}" : line;
}

std::optional<std::uint64_t> RepeatFilter::admit(const std::string& text, core::Instant now) {
  const auto found = said_.find(text);
  if (found == said_.end()) {
    if (said_.size() >= texts_remembered_max) make_room(now);
    said_.emplace(text, Said{now});
    return 0;
  }
  auto& [at, held_back] = found->second;
  if (now - at < repeat_window) {
    ++held_back;
    return std::nullopt;
  }
  at = now;
  return std::exchange(held_back, 0);
}

void RepeatFilter::make_room(core::Instant now) {
  std::erase_if(said_, [now](const auto& entry) { return now - entry.second.at >= repeat_window; });
  if (said_.size() >= texts_remembered_max) said_.clear();
}

// Two loggers on one queue and one thread: one drops what does not fit, one waits.
struct Log::Sink {
  std::shared_ptr<spdlog::details::thread_pool> thread =  // Shared because spdlog wants it so.
      std::make_shared<spdlog::details::thread_pool>(lines_queued_max, 1);
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> out =
      std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<spdlog::async_logger> dropping = std::make_shared<spdlog::async_logger>(
      "", out, thread, spdlog::async_overflow_policy::discard_new);
  std::shared_ptr<spdlog::async_logger> waiting =
      std::make_shared<spdlog::async_logger>("", out, thread, spdlog::async_overflow_policy::block);

  Sink() {
    out->set_pattern("%v");
    for (const auto& logger : {dropping, waiting}) {
      logger->set_level(spdlog::level::trace);
      logger->flush_on(spdlog::level::trace);
    }
  }
};

Log::Log(LogOptions options) : options_{std::move(options)}, sink_{std::make_unique<Sink>()} {}
Log::~Log() = default;

void Log::write(const core::Notice& notice, core::Now now) {
  if (notice.severity < options_.least) return;
  const auto held_back = repeats_.admit(notice.topic + " " + notice.text, now.instant);
  if (!held_back) {
    ++held_back_;
    return;
  }
  LogFields fields = {{"topic", notice.topic}};
  if (*held_back > 0) fields.emplace_back("repeated", std::to_string(*held_back));
  write(notice.severity, notice.text, fields, now.wall);
}

void Log::write(core::Severity severity, const std::string& message, const LogFields& fields,
                core::WallTime at) {
  if (severity < options_.least) return;
  const auto line = format_line(options_, at, severity, message, fields);
  const bool must_arrive = severity >= core::Severity::warning;
  auto& logger = must_arrive ? *sink_->waiting : *sink_->dropping;
  logger.log(must_arrive ? spdlog::level::warn : spdlog::level::info, spdlog::string_view_t{line});
}

std::uint64_t Log::dropped() const { return sink_->thread->discard_counter(); }

}
