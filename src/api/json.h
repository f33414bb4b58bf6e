#pragma once
// What STARLING commands, HTTP and the CLI read: one JSON object each, on one line. Field names are
// interface. Stamps are "<milliseconds>+<logical>", ids and digests hexadecimal; a key that is not
// UTF-8 stands as `key_b64`.

#include <map>
#include <string>

#include "core/ids.h"
#include "core/time.h"
#include "node/local_api.h"
#include "node/status.h"

namespace starling::api {

std::string status_json(const node::Status& status);
std::string members_json(const node::Status& status);
// Whether every other member that has not left is alive and was equal when last compared.
std::string check_json(const node::Status& status);

// Each check, whether it holds and why not; how many members we are equal with.
std::string health_json(const node::Status& status, bool is_alive, bool is_draining);

using MemberNames = std::map<core::NodeId, std::string>;
MemberNames names_of(const node::Status& status);

// `a` is this node, `b` the peer.
std::string compare_entry_json(const node::CompareEntry& entry, const MemberNames& names,
                               core::Hlc now);
std::string compare_summary_json(const node::CompareSummary& summary);

}
