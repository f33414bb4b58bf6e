#pragma once
// What a message weighs on the wire, estimated from its fields: keys and values as they are,
// fingerprints, items and heads at their packed widths, a few bytes of framing. Within a few per
// cent of the codec's output; it feeds limits and figures, never a decision that both ends share.

#include <cstddef>

#include "reconcile/messages.h"

namespace starling::reconcile {

std::size_t size_of(const Message& message);

std::size_t size_of(const core::Range& range);
std::size_t size_of(const Division& division);
std::size_t size_of(const ItemList& list);
std::size_t size_of(const Wanted& wanted);
std::size_t size_of(const ports::KeyedRecord& record);

}
