#include <algorithm>
#include <string>

#include "node/node.h"

namespace starling::node {
namespace {

const char* reason_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::loading:
      return "opening its store";
    case Refusal::clock_behind:
      return "its clock is behind stamps of its former run";
    case Refusal::clock_off:
      return "its clock is off its peers";
    case Refusal::not_running:
      return "stopping";
    case Refusal::record_ahead:
    case Refusal::corrupt:
    case Refusal::overloaded:
      break;  // Of single calls only.
  }
  return "overloaded";
}

}

Status Node::status(core::Now now) {
  replica_.set_now(now);
  const auto& index = replica_.index;
  Status status;
  status.id = replica_.options.id;
  status.name = replica_.options.name;
  status.uptime = now.instant - started_at_;
  const auto refusal = replica_.refusal();
  status.is_ready = replica_.is_loaded && replica_.has_roster && !replica_.is_stopping;
  status.records_loaded = loader_.records_loaded();
  status.is_frozen = is_frozen_;
  if (refusal) status.refuses_writes = reason_of(*refusal);
  status.hlc = replica_.hlc();
  status.cut = index.newest_cut();
  if (may_tell_roots()) status.root = index.root(index.newest_cut());
  status.live_records = replica_.records.live_records();
  status.tombstones = replica_.records.tombstones();
  status.leaves = index.leaves();
  status.tree_bytes = index.tree_bytes();
  status.settling_bytes = index.settling_bytes();
  status.settling_versions = index.settling_versions();
  status.held_ahead_records = replica_.held_ahead.records();
  status.parked_calls = replica_.parked_operations() + local_calls_.paused();
  status.sessions_open = sessions_.open();
  status.unsynced_bytes = replica_.outbox.unsynced_bytes();
  status.roster_hash = joining_.roster().hash();
  status.roster_members = joining_.roster().size();
  status.horizon = joining_.horizon();
  status.counters = replica_.counters;

  status.members.push_back({.id = status.id,
                            .name = status.name,
                            .address = replica_.options.address,
                            .is_self = true,
                            .is_frozen = is_frozen_});
  for (const auto& [id, member] : members_.members().rows()) {
    MemberStatus row;
    row.id = id;
    row.name = member.name;
    row.address = member.address;
    row.state = member.state;
    row.is_linked = joining_.links().contains(id);
    row.heard_ago = now.instant - member.heard_at;
    row.offset_ms = clock_watch_.offset_ms(id);
    if (const auto* peer = beats_.peer(id)) {
      row.is_frozen = peer->is_frozen;
      row.equal_at = peer->equal_at;
      row.differs = peer->differs;
    }
    status.members.push_back(std::move(row));
  }
  std::ranges::sort(status.members.begin() + 1, status.members.end(), {}, &MemberStatus::name);
  return status;
}

}
