#pragma once
// All that a node can ask of the world. Effects come out of the outbox in the order in which they
// are to be performed; what must wait for the disk is held back inside, so a driver performs each
// as it comes.

#include <cstdint>
#include <variant>
#include <vector>

#include "core/notice.h"
#include "core/range.h"
#include "node/event.h"
#include "node/local_api.h"
#include "ports/store.h"

namespace starling::node {

struct SendDatagram {
  membership::Address to;
  Datagram datagram;
};

// Over the link to `peer`; dropped (and counted by the transport) when there is none.
struct SendFrame {
  core::NodeId peer;
  Frame frame;
};

// Keep a link to this address, reconnecting for ever, until Undial. Names are resolved on every
// try. Dialling an address that is dialled already changes nothing.
struct Dial {
  membership::Address address;
};
struct Undial {
  membership::Address address;
};
// This link does not speak our protocol as it should.
struct DropLink {
  core::NodeId peer;
  std::string reason;
};

// Write now, in order, never waiting; on refusal retry on a worker and deliver only time and
// membership meanwhile. Answered by Written.
struct WriteBatch {
  std::uint64_t batch;
  ports::Batch changes;
};
// On a worker: make all that is written survive power loss. At most one is out. Answered by Synced.
struct SyncStore {
  std::uint64_t sync;
};
// On a worker. Answered by Fetched.
struct FetchRecords {
  std::uint64_t ticket;
  std::vector<core::Bytes> keys;
};
// On a worker, from a snapshot taken now. Answered by RangeListed.
struct ListRange {
  std::uint64_t ticket;
  core::Range range;
  ports::ListOptions options;
};

// To an application, in the order of its calls only as far as the node knows it: the API keeps a
// connection's replies in order.
struct Reply {
  ClientId client;
  std::uint64_t ticket;
  LocalReply reply;
};

using Effect = std::variant<SendDatagram, SendFrame, Dial, Undial, DropLink, WriteBatch, SyncStore,
                            FetchRecords, ListRange, Reply, core::Notice>;
using Effects = std::vector<Effect>;

}
