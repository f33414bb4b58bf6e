#include "api/operations.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>
#include <vector>

namespace starling::api {
namespace {

// Our clock less the median of our peers' clocks, as far as they have been heard.
std::int64_t milliseconds_off(const node::Status& status) {
  std::vector<std::int64_t> offsets;
  for (const auto& member : status.members) {
    if (!member.is_self && member.offset_ms) offsets.push_back(*member.offset_ms);
  }
  if (offsets.empty()) return 0;
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::ranges::nth_element(offsets, middle);
  return std::abs(*middle);
}

}

void AskingOperation::ask_scan(core::Range range, std::size_t records_max) {
  service_.world.submit(node::LocalScan{client_, ticket_, std::move(range), records_max});
}

std::string AskingOperation::trouble_of(const node::LocalReply& answer) const {
  const auto* refused = std::get_if<node::Refused>(&answer);
  if (refused == nullptr) return "ERR the node gave an unexpected answer";
  return text_of(refused->why, service_.world.status());
}

std::string text_of(node::Refusal why, const node::Status& status) {
  switch (why) {
    case node::Refusal::loading:
      return "LOADING starling is opening its store";
    case node::Refusal::clock_behind:
      return "ERR clock is behind stamps issued before the restart, writes are refused";
    case node::Refusal::clock_off:
      return "ERR clock is " + std::to_string(milliseconds_off(status)) +
             " ms off its peers, writes are refused";
    case node::Refusal::record_ahead:
      return "ERR the stored record is stamped too far in the future to be overwritten";
    case node::Refusal::corrupt:
      return "ERR the stored record fails its check; a peer's copy is on its way";
    case node::Refusal::overloaded:
      return "ERR too many calls wait for the disk, try again";
    case node::Refusal::not_running:
      return "ERR starling is stopping";
  }
  return "ERR refused";
}

}
