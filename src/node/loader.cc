#include "node/loader.h"

#include <limits>
#include <utility>

namespace starling::node {
namespace {

// Large enough that a million records take few turns, small enough for a few milliseconds each.
constexpr std::size_t chunk_records = 8 * 1024;
constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

}

void Loader::load_from(const core::Range& range) {
  const ports::ListOptions options{ports::Want::heads, chunk_records, unbounded};
  replica_.list(range, options,
                [this, range](ports::Listing listing) { on_chunk(range, std::move(listing)); });
}

void Loader::on_chunk(const core::Range& range, ports::Listing listing) {
  for (auto& listed : listing.records) {
    replica_.index.load({std::move(listed.key), listed.record.head});
    replica_.records.count_loaded(listed.record.head);
  }
  records_loaded_ += listing.records.size();
  if (const core::Range rest{listing.covered.end, range.end}; !rest.is_empty()) {
    load_from(rest);
    return;
  }
  replica_.index.finish_loading();
  first_tellable_ = core::cut_of(replica_.index.largest_hlc());
  replica_.is_loaded = true;
}

void Loader::list_splits() {
  // With a batch out, the store may already hold what the index does not.
  if (replica_.outbox.is_stalled()) return;
  for (auto& request : replica_.index.take_split_requests()) {
    replica_.list_before_batch(request.range, {ports::Want::heads, unbounded, unbounded},
                               [this, id = request.id](ports::Listing listing) {
                                 std::vector<merkle::KeyHead> records;
                                 for (auto& listed : listing.records) {
                                   records.push_back({std::move(listed.key), listed.record.head});
                                 }
                                 replica_.index.on_split_listed(id, records);
                               });
  }
}

}
