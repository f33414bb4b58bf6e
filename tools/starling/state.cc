// status, members, health, freeze, thaw, version: what one node says about itself and is told.

#include <nlohmann/json.hpp>

#include "tools/starling/orders.h"
#include "tools/starling/roster.h"
#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Asked {
  Client client;
  std::string text;  // As the node said it: one line of JSON.
  Json object;
};

Outcome<Asked> ask_for_object(const Access& access, const char* subcommand) {
  auto client = Client::connect(access);
  if (!client) return std::unexpected(client.error());
  auto reply = client->ask({"STARLING", subcommand});
  if (!reply) return std::unexpected(reply.error());
  auto object = Json::parse(reply->text, nullptr, false);
  if (!object.is_object()) {
    return trouble(std::string{"the node's answer to STARLING "} + subcommand + " makes no sense",
                   "starling version");
  }
  return Asked{*std::move(client), std::move(reply->text), std::move(object)};
}

std::uint64_t number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? escaped(found->get<std::string>()) : "";
}

bool is_true(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string root_text(const Json& status) {
  const auto root = status.find("root");
  if (root == status.end() || !root->is_object()) return "not told before the first full cut";
  return text(*root, "digest").substr(0, 16) + "… over " +
         plural(number(*root, "count"), "record", "records") + " at cut " +
         clock_text(number(status, "cut") * 1000, false);
}

std::string members_text(const Json& status) {
  const auto all = number(status, "roster_members");
  const auto others = all == 0 ? 0 : all - 1;
  return grouped(number(status, "members_alive")) + " of " + grouped(all) + " alive; equal with " +
         grouped(number(status, "members_equal")) + " of " + plural(others, "other", "others");
}

std::vector<std::vector<std::string>> rows_of(const Json& status, const Output& output) {
  const auto refusal = text(status, "refuses_writes");
  const bool is_ready = is_true(status, "ready");
  const auto state = is_ready ? output.painted(Paint::good, "ready")
                              : output.painted(Paint::bad, "not ready") + ", " +
                                    plural(number(status, "records_loaded"), "record", "records") +
                                    " loaded so far";
  return {
      {"node", text(status, "name") + "   id " + text(status, "id")},
      {"state", state + ", up " + age_text(Milliseconds{number(status, "uptime_ms")})},
      {"keys", grouped(number(status, "keys")) + " live, " +
                   plural(number(status, "tombstones"), "tombstone", "tombstones") + ", in " +
                   plural(number(status, "leaves"), "leaf", "leaves")},
      {"root", root_text(status)},
      {"members", members_text(status)},
      {"repair", is_true(status, "frozen")
                     ? output.painted(Paint::bad, "frozen") + ": no repair, no rumours"
                     : plural(number(status, "sessions_open"), "session", "sessions") + " open"},
      {"writes",
       refusal.empty() ? "taken" : output.painted(Paint::bad, "refused") + ": " + refusal},
  };
}

// For scripts: numbers without units, times in milliseconds, empty when unknown.
std::vector<std::string> plain_row_of(const Member& member) {
  const auto number_of = [](const auto& value) { return value ? std::to_string(*value) : ""; };
  return {escaped(member.name),
          member.id,
          escaped(member.state),
          escaped(member.address),
          member.is_self     ? "self"
          : member.is_linked ? "up"
                             : "down",
          member.is_frozen ? "frozen" : "repairs",
          member.differs    ? "differs"
          : member.equal_at ? "equal"
                            : "",
          number_of(member.equal_at),
          number_of(member.heard_ago_ms),
          number_of(member.offset_ms)};
}

std::vector<std::string> row_of(const Member& member) {
  const auto shown = [](const auto& value, auto&& text_of) {
    return value ? text_of(*value) : std::string{"–"};
  };
  return {escaped(member.name) + (member.is_self ? " (this node)" : ""),
          escaped(member.state) + (member.is_frozen ? ", frozen" : ""),
          escaped(member.address),
          member.is_self     ? "–"
          : member.is_linked ? "up"
                             : "down",
          shown(member.heard_ago_ms,
                [](std::uint64_t ms) { return age_text(Milliseconds{ms}) + " ago"; }),
          member.is_self    ? "–"
          : member.differs  ? "differs"
          : member.equal_at ? "equal at " + clock_text(*member.equal_at * 1000, false)
                            : "?",
          shown(member.offset_ms, [](std::int64_t ms) { return std::to_string(ms) + " ms"; })};
}

}

Outcome<Exit> run(const Status&, Desk desk) {
  const auto asked = ask_for_object(desk.access, "STATUS");
  if (!asked) return std::unexpected(asked.error());
  if (desk.output.is_json()) {
    desk.output.line(asked->text);
    return Exit::yes;
  }
  const auto rows = rows_of(asked->object, desk.output);
  if (desk.output.is_plain()) {
    desk.output.table({}, rows);
    return Exit::yes;
  }
  for (const auto& row : rows) {
    desk.output.line(row[0] + std::string(9 - row[0].size(), ' ') + row[1]);
  }
  desk.output.next(is_true(asked->object, "frozen") ? "starling thaw" : "starling members");
  return Exit::yes;
}

Outcome<Exit> run(const Members&, Desk desk) {
  const auto asked = ask_for_object(desk.access, "MEMBERS");
  if (!asked) return std::unexpected(asked.error());
  if (desk.output.is_json()) {
    desk.output.line(asked->text);
    return Exit::yes;
  }
  const auto roster = parse_roster(asked->text);
  if (!roster) return std::unexpected(roster.error());
  std::vector<std::vector<std::string>> rows;
  const Member* different = nullptr;
  for (const auto& member : roster->members) {
    rows.push_back(desk.output.is_plain() ? plain_row_of(member) : row_of(member));
    if (member.differs && different == nullptr) different = &member;
  }
  desk.output.table({"NAME", "STATE", "PEER ADDRESS", "LINK", "HEARD", "ROOT", "CLOCK"}, rows);
  if (different != nullptr) desk.output.next("starling diff " + escaped(different->name));
  return Exit::yes;
}

// For supervisors: nothing on stdout, the reason for a "no" on stderr.
Outcome<Exit> run(const Health&, Desk desk) {
  const auto asked = ask_for_object(desk.access, "STATUS");
  if (!asked) return std::unexpected(asked.error());
  if (is_true(asked->object, "ready")) return Exit::yes;
  desk.output.note(text(asked->object, "name") + " is not ready");
  return Exit::no;
}

Outcome<Exit> run(const Freeze& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  const auto reply = client->ask({"STARLING", order.is_on ? "FREEZE" : "THAW"});
  if (!reply) return std::unexpected(reply.error());
  const auto roster = ask_roster(*client);
  if (!roster) return std::unexpected(roster.error());
  const auto* const self = roster->self();
  const auto name = self != nullptr ? escaped(self->name) : "this node";
  if (desk.output.is_json()) {
    desk.output.line(Json{
        {"type", order.is_on ? "freeze" : "thaw"},
        {"name", self != nullptr ? self->name : ""},
        {"frozen",
         order.is_on}}.dump());
  } else if (order.is_on) {
    desk.output.line(name +
                     " is frozen, also after a restart: no repair, no rumours; reads, "
                     "writes and diff go on");
    desk.output.next("starling thaw");
  } else {
    desk.output.line(name + " takes part again");
    desk.output.next("starling check --all --within 30s");
  }
  return Exit::yes;
}

Outcome<Exit> run(const Version&, Desk desk) {
  desk.output.line(desk.output.is_json()
                       ? Json{{"type", "version"}, {"version", STARLING_VERSION}}.dump()
                       : std::string{"starling "} + STARLING_VERSION);
  return Exit::yes;
}

}
