#include "gossip/beats.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace starling::gossip {
namespace {

constexpr std::uint64_t unchanged_root_interval = 8;  // In cuts.
constexpr std::size_t partners_of_large_cluster = 2;

}

std::vector<core::NodeId> Beats::partners(const Beat& beat, std::span<const core::NodeId> peers) {
  std::vector<core::NodeId> candidates{peers.begin(), peers.end()};
  if (candidates.size() > core::limits::small_cluster_peers_max) {
    for (std::size_t i = 0; i < partners_of_large_cluster; ++i) {
      std::swap(candidates[i], candidates[i + prng_.below(candidates.size() - i)]);
    }
    candidates.resize(partners_of_large_cluster);
  }
  const bool tells_unchanged = beat.cut.second % unchanged_root_interval == 0;
  std::erase_if(candidates, [&](core::NodeId id) {
    const auto* known = peer(id);
    const bool is_confirmed = known && known->has_confirmed && known->confirmed == beat.root;
    return is_confirmed && !tells_unchanged;
  });
  return candidates;
}

Comparison Beats::on_beat(core::NodeId id, const Beat& heard, const Beat& ours,
                          const merkle::Index& index, bool is_tellable, core::Cut first_tellable) {
  auto& known = peers_[id];
  known.is_frozen = heard.frozen;
  if (heard.roster_hash != ours.roster_hash || heard.horizon != ours.horizon ||
      heard.digest_version != ours.digest_version) {
    return Comparison::unrelated;
  }
  if (heard.cut > index.newest_cut() || !is_tellable) {
    known.early = heard;
    return Comparison::early;
  }
  if (!index.is_kept(heard.cut) || heard.cut < first_tellable) return Comparison::stale;
  if (index.root(heard.cut) == heard.root) {
    on_equal(id, heard.cut, heard.root);
    return Comparison::equal;
  }
  // A beat overtaken by news of a later cut says nothing any more.
  if (known.equal_at && heard.cut <= *known.equal_at) return Comparison::stale;
  known.differs = true;
  known.has_confirmed = false;
  return Comparison::differs;
}

std::vector<std::pair<core::NodeId, Beat>> Beats::take_due(core::Cut newest) {
  std::vector<std::pair<core::NodeId, Beat>> due;
  for (auto& [id, known] : peers_) {
    if (!known.early || known.early->cut > newest) continue;
    due.emplace_back(id, *std::exchange(known.early, std::nullopt));
  }
  return due;
}

void Beats::on_equal(core::NodeId id, core::Cut cut, const merkle::Summary& root) {
  auto& known = peers_[id];
  if (known.equal_at && *known.equal_at >= cut) return;
  known.equal_at = cut;
  known.differs = false;
  known.confirmed = root;
  known.has_confirmed = true;
}

const Beats::Peer* Beats::peer(core::NodeId id) const {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

}
