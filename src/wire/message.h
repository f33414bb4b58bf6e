#pragma once
// Bytes ⇄ one Cap'n Proto message in standard form: a table of segments, then the segments. All
// that Cap'n Proto may throw ends here.

#include <cstddef>
#include <functional>

#include "core/bytes.h"
#include "core/result.h"
#include "wire/intake.h"

namespace capnp {
class MessageBuilder;
class MessageReader;
}

namespace starling::wire {

// `fill` sets the root. `words_expected` saves copies when it is not below the true size.
core::Bytes encode_message(std::size_t words_expected,
                           const std::function<void(capnp::MessageBuilder&)>& fill);

// `read` takes from the message what it wants; the result is its first refusal, if any. Whatever
// `bytes` are, it can walk no more words than they have, 16 pointers deep.
core::Result<void> decode_message(core::BytesView bytes,
                                  const std::function<void(capnp::MessageReader&, Intake&)>& read);

}
