#include "api/json.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/key.h"

namespace starling::api {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t ms_of(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string text_of(core::Hlc hlc) {
  return std::to_string(hlc.ms()) + "+" + std::to_string(hlc.logical());
}

std::string_view name_of(membership::MemberState state) {
  switch (state) {
    case membership::MemberState::alive:
      return "alive";
    case membership::MemberState::suspect:
      return "suspect";
    case membership::MemberState::dead:
      return "dead";
    case membership::MemberState::left:
      return "left";
  }
  return "unknown";
}

Json member_object(const node::MemberStatus& member) {
  Json json{{"id", core::to_text(member.id)}, {"name", member.name},
            {"address", member.address},      {"state", name_of(member.state)},
            {"self", member.is_self},         {"linked", member.is_linked},
            {"frozen", member.is_frozen},     {"differs", member.differs}};
  json["heard_ago_ms"] = member.heard_ago ? Json(ms_of(*member.heard_ago)) : Json();
  json["equal_at"] = member.equal_at ? Json(member.equal_at->second) : Json();
  json["offset_ms"] = member.offset_ms ? Json(*member.offset_ms) : Json();
  return json;
}

Json counters_object(const node::Counters& counters) {
  return {{"local_writes", counters.local_writes},
          {"rumours_sent", counters.rumours_sent},
          {"rumours_taken", counters.rumours_taken},
          {"rumours_known", counters.rumours_known},
          {"rumours_refused", counters.rumours_refused},
          {"rumours_missed", counters.rumours_missed},
          {"exchanged_in", counters.exchanged_in},
          {"exchanged_out", counters.exchanged_out},
          {"beats_sent", counters.beats_sent},
          {"beats_heard", counters.beats_heard},
          {"beats_foreign", counters.beats_foreign},
          {"sessions_equal", counters.sessions_equal},
          {"sessions_repaired", counters.sessions_repaired},
          {"sessions_failed", counters.sessions_failed},
          {"compares", counters.compares},
          {"descent_bytes", counters.descent_bytes},
          {"exchange_bytes_in", counters.exchange_bytes_in},
          {"exchange_bytes_out", counters.exchange_bytes_out},
          {"held_ahead", counters.held_ahead},
          {"same_stamp_conflicts", counters.same_stamp_conflicts},
          {"corrupt_records", counters.corrupt_records},
          {"misses", counters.misses},
          {"refused_calls", counters.refused_calls},
          {"protocol_errors", counters.protocol_errors}};
}

bool counts_for_equality(const node::MemberStatus& member) {
  return !member.is_self && member.state != membership::MemberState::left;
}

// Empty: equal as far as this node knows.
std::string_view why_unequal(const node::MemberStatus& member) {
  if (member.state != membership::MemberState::alive) return name_of(member.state);
  if (member.differs) return "differs";
  if (!member.equal_at) return "not compared yet";
  return "";
}

std::string base64(core::BytesView bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto part = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= part.size() ? letters[bits >> (18 - 6 * i) & 63u] : '=';
    }
  }
  return text;
}

bool is_utf8(core::BytesView bytes) {
  try {
    return !Json(std::string{bytes}).dump().empty();
  } catch (const Json::exception&) {
    return false;
  }
}

Json side_object(const core::RecordHead& head, std::uint64_t bytes, const MemberNames& names,
                 core::Hlc now) {
  const auto name = names.find(head.stamp.origin);
  const auto age = now.ms() > head.stamp.hlc.ms() ? now.ms() - head.stamp.hlc.ms() : 0;
  return {{"hlc", text_of(head.stamp.hlc)},
          {"origin", name == names.end() ? core::to_text(head.stamp.origin) : name->second},
          {"age_ms", age},
          {"bytes", bytes},
          {"tombstone", head.tombstone},
          {"expiry", head.expiry_ms}};
}

std::string_view operation_of(const node::CompareEntry& entry) {
  if (!entry.ours && !entry.theirs) return "unknown";
  if (!entry.theirs) return "only_a";
  if (!entry.ours) return "only_b";
  if (entry.ours->stamp == entry.theirs->stamp) return "same_stamp";
  if (entry.ours->tombstone != entry.theirs->tombstone) return "tombstone";
  return "differ";
}

}

std::string status_json(const node::Status& status) {
  const auto alive = std::ranges::count(status.members, membership::MemberState::alive,
                                        &node::MemberStatus::state);
  const auto equal = std::ranges::count_if(status.members, [](const node::MemberStatus& member) {
    return counts_for_equality(member) && why_unequal(member).empty();
  });
  Json json{{"type", "status"},
            {"id", core::to_text(status.id)},
            {"name", status.name},
            {"uptime_ms", ms_of(status.uptime)},
            {"ready", status.is_ready},
            {"records_loaded", status.records_loaded},
            {"frozen", status.is_frozen},
            {"refuses_writes", status.refuses_writes},
            {"hlc", text_of(status.hlc)},
            {"cut", status.cut.second},
            {"root", Json()},
            {"keys", status.live_records},
            {"tombstones", status.tombstones},
            {"leaves", status.leaves},
            {"tree_bytes", status.tree_bytes},
            {"settling_bytes", status.settling_bytes},
            {"settling_versions", status.settling_versions},
            {"held_ahead_records", status.held_ahead_records},
            {"parked_calls", status.parked_calls},
            {"sessions_open", status.sessions_open},
            {"unsynced_bytes", status.unsynced_bytes},
            {"roster_hash", core::to_hex(status.roster_hash)},
            {"roster_members", status.roster_members},
            {"horizon", text_of(status.horizon)},
            {"members_alive", alive},
            {"members_equal", equal},
            {"counters", counters_object(status.counters)}};
  if (status.root) {
    const auto& digest = status.root->digest;
    json["root"] = {{"count", status.root->count},
                    {"digest", core::to_hex(digest.high) + core::to_hex(digest.low)}};
  }
  return dump(json);
}

std::string members_json(const node::Status& status) {
  Json members = Json::array();
  for (const auto& member : status.members) members.push_back(member_object(member));
  return dump({{"type", "members"}, {"cut", status.cut.second}, {"members", std::move(members)}});
}

std::string check_json(const node::Status& status) {
  Json unequal = Json::array();
  std::size_t others = 0;
  std::optional<core::Cut> oldest;
  for (const auto& member : status.members) {
    if (!counts_for_equality(member)) continue;
    ++others;
    const auto why = why_unequal(member);
    if (!why.empty()) {
      unequal.push_back({{"name", member.name}, {"id", core::to_text(member.id)}, {"why", why}});
    } else {
      oldest = std::min(oldest.value_or(*member.equal_at), *member.equal_at);
    }
  }
  Json json{{"type", "check"},
            {"equal", unequal.empty() && status.root.has_value()},
            {"cut", status.cut.second},
            {"others", others},
            {"frozen", status.is_frozen}};
  json["equal_at"] = oldest ? Json(oldest->second) : Json();
  json["unequal"] = std::move(unequal);
  return dump(json);
}

std::string health_json(const node::Status& status, bool is_alive, bool is_draining) {
  const auto check = [](std::string_view name, bool is_ok, std::string_view reason) {
    return Json{{"check", name}, {"ok", is_ok}, {"reason", is_ok ? "" : reason}};
  };
  const auto caught_up =
      std::ranges::count_if(status.members, [](const node::MemberStatus& member) {
        return counts_for_equality(member) && why_unequal(member).empty();
      });
  const Json checks = {check("store", is_alive, "the store does not answer"),
                       check("index", status.is_ready, "the store is being opened"),
                       check("writes", status.refuses_writes.empty(), status.refuses_writes),
                       check("repair", !status.is_frozen, "frozen"),
                       check("running", !is_draining, "draining")};
  return dump({{"type", "health"},
               {"ready", status.is_ready && !is_draining},
               {"checks", checks},
               {"frozen", status.is_frozen},
               {"caught_up_with", caught_up},
               {"others", std::ranges::count_if(status.members, counts_for_equality)},
               {"cut", status.cut.second}});
}

MemberNames names_of(const node::Status& status) {
  MemberNames names;
  for (const auto& member : status.members) {
    if (!member.name.empty()) names.emplace(member.id, member.name);
  }
  return names;
}

std::string compare_entry_json(const node::CompareEntry& entry, const MemberNames& names,
                               core::Hlc now) {
  Json json{{"type", "key"}, {"op", operation_of(entry)}};
  const auto key = core::decode_key(entry.key);
  const core::BytesView shown = key ? core::BytesView{*key} : core::BytesView{entry.key};
  if (is_utf8(shown)) {
    json["key"] = shown;
  } else {
    json["key_b64"] = base64(shown);
  }
  if (entry.ours) json["a"] = side_object(*entry.ours, entry.our_bytes, names, now);
  if (entry.theirs) json["b"] = side_object(*entry.theirs, entry.their_bytes, names, now);
  const bool a_wins = entry.ours && (!entry.theirs || *entry.ours > *entry.theirs);
  json["winner"] = a_wins ? "a" : "b";
  return dump(json);
}

std::string compare_summary_json(const node::CompareSummary& summary) {
  return dump({{"type", "summary"},
               {"a", summary.from_name},
               {"b", summary.peer_name},
               {"b_id", core::to_text(summary.peer)},
               {"cut", summary.cut.second},
               {"leaves", summary.leaves},
               {"ranges_compared", summary.ranges_compared},
               {"leaves_differ", summary.leaves_differ},
               {"keys_differ", summary.keys_differ},
               {"in_flight", summary.in_flight},
               {"round_trips", summary.round_trips},
               {"bytes", summary.bytes_sent + summary.bytes_received},
               {"bytes_sent", summary.bytes_sent},
               {"bytes_received", summary.bytes_received},
               {"equal", summary.trouble.empty() && summary.keys_differ == 0},
               {"took_ms", ms_of(summary.took)},
               {"trouble", summary.trouble}});
}

}
