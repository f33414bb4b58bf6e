#pragma once
// The last step of a comparison: our records and a peer's, both as of a cut, key by key.

#include <cstdint>
#include <vector>

#include "core/range.h"
#include "reconcile/effects.h"
#include "reconcile/messages.h"
#include "reconcile/pairing.h"

namespace starling::reconcile {

// Every key of `range` under which `ours` and the records of `theirs` are not the same. Both are
// in key order.
std::vector<Found> compare_records(std::uint64_t compare, const core::Range& range,
                                   std::vector<OurRecord> ours, const PullReply& theirs);

}
