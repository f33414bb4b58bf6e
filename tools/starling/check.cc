// check: waits until every member that counts was seen equal at a cut after the call.

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/starling/orders.h"
#include "tools/starling/roster.h"
#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
constexpr Milliseconds between_looks{200};

// The node's own clock decides which cut comes after the call.
Outcome<std::uint64_t> cut_after_now(Client& client) {
  const auto reply = client.ask({"STARLING", "STATUS"});
  if (!reply) return std::unexpected(reply.error());
  const auto object = Json::parse(reply->text, nullptr, false);
  const auto hlc = object.is_object() && object.contains("hlc") && object["hlc"].is_string()
                       ? milliseconds_of_stamp(object["hlc"].get<std::string>())
                       : std::nullopt;
  if (!hlc) return trouble("the node does not tell its clock", "starling version");
  return cut_after(*hlc);
}

Json doubts_of(const std::vector<Verdict::Doubt>& doubts) {
  auto list = Json::array();
  for (const auto& doubt : doubts) list.push_back({{"name", doubt.name}, {"why", doubt.why}});
  return list;
}

void report_json(const Verdict& verdict, Milliseconds took, Output& output) {
  Json object{{"type", "check"},
              {"equal", verdict.is_equal()},
              {"members", verdict.members},
              {"members_equal", verdict.equal},
              {"cut", verdict.cut ? Json(*verdict.cut) : Json()},
              {"took_ms", took.count()},
              {"unequal", doubts_of(verdict.doubts)},
              {"ignored", doubts_of(verdict.ignored)}};
  output.line(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void report(const Verdict& verdict, std::uint64_t asked_cut, Milliseconds took, Output& output) {
  for (const auto& absent : verdict.ignored) {
    output.note(escaped(absent.name) + " does not count: " + absent.why + "; with --all it would");
  }
  const auto how_many =
      grouped(verdict.equal) + " of " + plural(verdict.members, "member", "members");
  if (verdict.is_equal()) {
    output.line(output.painted(Paint::good, "equal") + ": " + how_many + " at cut " +
                clock_text(verdict.cut.value_or(asked_cut) * 1000, false) + ", after " +
                took_text(took));
    return;
  }
  output.line(output.painted(Paint::bad, "not equal") + ": " + how_many + " after " +
              took_text(took));
  for (const auto& doubt : verdict.doubts) {
    output.line(" !  " + escaped(doubt.name) + "   " + doubt.why);
  }
  output.next("starling diff " + escaped(verdict.doubts.front().name));
}

}

Outcome<Exit> run(const Check& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  const auto cut = cut_after_now(*client);
  if (!cut) return std::unexpected(cut.error());

  const auto start = Clock::now();
  for (;;) {
    const auto roster = ask_roster(*client);
    if (!roster) return std::unexpected(roster.error());
    const auto verdict = judge(*roster, *cut, order.is_whole_roster);
    const auto took = std::chrono::duration_cast<Milliseconds>(Clock::now() - start);
    if (verdict.is_equal() || took >= order.within) {
      desk.output.end_progress();
      if (desk.output.is_json()) {
        report_json(verdict, took, desk.output);
      } else {
        report(verdict, *cut, took, desk.output);
      }
      return verdict.is_equal() ? Exit::yes : Exit::no;
    }
    desk.output.progress("equal with " + grouped(verdict.equal) + " of " +
                         plural(verdict.members, "member", "members") + ", " + took_text(took) +
                         "; waiting for " + escaped(verdict.doubts.front().name) + ": " +
                         verdict.doubts.front().why);
    std::this_thread::sleep_for(std::min(between_looks, order.within - took));
  }
}

}
