#pragma once
// Who this node is, as far as its store remembers. The id is minted with the store and is the
// origin of every write that this store accepted: it never changes while the directory lives.

#include "core/ids.h"
#include "core/result.h"
#include "node/options.h"
#include "ports/store.h"

namespace starling::app {

struct Identity {
  core::NodeId id;
  node::Persisted persisted;
};

// Blocks. Mints and persists an id when the store has none; `fresh` is what it becomes then, from
// more than one source of entropy and never zero.
core::Result<Identity> recall_identity(ports::Store& store, core::NodeId fresh);

// 64 bits from the system's generator, the clocks and the process id: no single source decides
// (machines were seen whose generator returned zeros).
std::uint64_t draw_entropy();

}
