#include "reconcile/size.h"

namespace starling::reconcile {
namespace {

constexpr std::size_t framing = 16;       // Of a message: session, request, flags.
constexpr std::size_t list_overhead = 8;  // Of one list or text: its pointer and padding.
constexpr std::size_t probe_bytes = 96;
constexpr std::size_t head_bytes = 40;  // Stamp, value hash, flags, expiry.
constexpr std::size_t item_bytes = 16;
constexpr std::size_t basis_bytes = 16;

template <typename List>
std::size_t sum(const List& list) {
  auto total = list_overhead;
  for (const auto& entry : list) total += size_of(entry);
  return total;
}

struct Weigh {
  std::size_t operator()(const Probe&) const { return probe_bytes; }
  std::size_t operator()(const ProbeReply& reply) const {
    auto total = framing + 24 + list_overhead;
    // Only half of each fingerprint of a train travels.
    for (const auto& division : reply.train) {
      total += size_of(division) - 4 * division.fingerprints.size();
    }
    return total;
  }
  std::size_t operator()(const Descend& descend) const {
    return framing + basis_bytes + sum(descend.divisions) + sum(descend.to_list);
  }
  std::size_t operator()(const DescendReply& reply) const {
    return framing + sum(reply.divisions) + sum(reply.lists);
  }
  std::size_t operator()(const Pull& pull) const {
    return framing + basis_bytes + sum(pull.wanted);
  }
  std::size_t operator()(const PullReply& reply) const {
    return framing + sum(reply.records) + list_overhead + 8 * reply.value_bytes.size();
  }
  std::size_t operator()(const Push& push) const { return framing + sum(push.records); }
  std::size_t operator()(const PushReply&) const { return framing + 8; }
  std::size_t operator()(const Abort&) const { return framing; }
};

}

std::size_t size_of(const core::Range& range) {
  return 2 * list_overhead + range.begin.size() + range.end.size();
}

std::size_t size_of(const Division& division) {
  return size_of(division.range) + 2 * list_overhead + 8 + 4 * division.boundaries.size() +
         8 * division.fingerprints.size();
}

std::size_t size_of(const ItemList& list) {
  return size_of(list.range) + list_overhead + item_bytes * list.items.size();
}

std::size_t size_of(const Wanted& wanted) {
  return size_of(wanted.range) + list_overhead + 4 * wanted.keys.size();
}

std::size_t size_of(const ports::KeyedRecord& record) {
  return 2 * list_overhead + head_bytes + record.key.size() + record.record.value.size();
}

std::size_t size_of(const Message& message) { return std::visit(Weigh{}, message); }

}
