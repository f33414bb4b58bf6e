#pragma once
// From a request to a call on the node: which keys it names, and the body that the node will run.

#include <cstdint>
#include <vector>

#include "api/command.h"

namespace starling::api {

// Why a request must not be run, as an error text; empty: it may.
std::string_view size_complaint(const Request& request);

// The encoded keys that a request names, added to `keys`.
void add_keys(const Request& request, std::vector<core::Bytes>& keys);
// In order, each once.
void make_unique(std::vector<core::Bytes>& keys);

// The call that runs one data command. The service learns when its body has run.
node::LocalCall make_call(Service& service, const Session& session, std::uint64_t ticket,
                          Request request);

// Runs a data command on records; what it wrote is replaced by an error when it is too large.
void run(const Request& request, node::Transaction& records, Service& service, Reply& reply);

// Statistics of an answer, by its error code if it is one.
void count_answer(Service& service, const Command& command, core::BytesView encoded);

}
