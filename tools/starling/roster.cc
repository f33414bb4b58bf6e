#include "tools/starling/roster.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Json = nlohmann::json;

template <typename T>
T field(const Json& object, const char* name, T otherwise = {}) {
  const auto found = object.find(name);
  if (found == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? found->get<T>() : otherwise;
  } else if constexpr (std::is_same_v<T, bool>) {
    return found->is_boolean() ? found->get<T>() : otherwise;
  } else {
    return found->is_number_integer() ? T{found->get<typename T::value_type>()} : otherwise;
  }
}

Member member_of(const Json& row) {
  return {.id = field<std::string>(row, "id"),
          .name = field<std::string>(row, "name"),
          .address = field<std::string>(row, "address"),
          .state = field<std::string>(row, "state"),
          .is_self = field<bool>(row, "self"),
          .is_linked = field<bool>(row, "linked"),
          .is_frozen = field<bool>(row, "frozen"),
          .differs = field<bool>(row, "differs"),
          .heard_ago_ms = field<std::optional<std::uint64_t>>(row, "heard_ago_ms"),
          .equal_at = field<std::optional<std::uint64_t>>(row, "equal_at"),
          .offset_ms = field<std::optional<std::int64_t>>(row, "offset_ms")};
}

// Empty: equal.
std::string why_not_equal(const Member& member, std::uint64_t cut) {
  const auto frozen = member.is_frozen ? ", and it is frozen" : "";
  if (member.state != "alive") {
    const auto heard = member.heard_ago_ms
                           ? "last heard " + age_text(Milliseconds{*member.heard_ago_ms}) + " ago"
                           : std::string{"never heard"};
    return member.state + ": " + heard;
  }
  if (member.equal_at && *member.equal_at >= cut && !member.differs) return "";
  if (!member.equal_at) {
    return (member.differs ? "differs, never seen equal" : "not compared yet") +
           std::string{frozen};
  }
  return (member.differs ? "differs, last equal at cut " : "not compared since cut ") +
         clock_text(*member.equal_at * 1000, false) + frozen;
}

}

const Member* Roster::self() const {
  const auto found = std::ranges::find_if(members, &Member::is_self);
  return found == members.end() ? nullptr : &*found;
}

const Member* Roster::find(std::string_view text) const {
  const auto found = std::ranges::find_if(
      members, [text](const Member& member) { return member.is_called(text); });
  return found == members.end() ? nullptr : &*found;
}

Outcome<Roster> parse_roster(const std::string& json) {
  const auto object = Json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains("members") || !object["members"].is_array()) {
    return trouble("the node's list of members makes no sense", "starling version");
  }
  Roster roster;
  roster.cut = field<std::optional<std::uint64_t>>(object, "cut").value_or(0);
  for (const auto& row : object["members"]) {
    if (row.is_object()) roster.members.push_back(member_of(row));
  }
  return roster;
}

Outcome<Roster> ask_roster(Client& client) {
  const auto reply = client.ask({"STARLING", "MEMBERS"});
  if (!reply) return std::unexpected(reply.error());
  return parse_roster(reply->text);
}

Verdict judge(const Roster& roster, std::uint64_t cut, bool is_whole_roster) {
  Verdict verdict;
  for (const auto& member : roster.members) {
    if (member.state == "left") continue;
    const auto why = member.is_self ? "" : why_not_equal(member, cut);
    if (!is_whole_roster && member.state != "alive" && !member.is_self) {
      verdict.ignored.push_back({member.name, why});
      continue;
    }
    ++verdict.members;
    if (!why.empty()) {
      verdict.doubts.push_back({member.name, why});
      continue;
    }
    ++verdict.equal;
    if (!member.is_self) {
      verdict.cut = std::min(verdict.cut.value_or(*member.equal_at), *member.equal_at);
    }
  }
  return verdict;
}

std::uint64_t cut_after(std::uint64_t ms) { return ms / 1000 + 1; }

}
