#pragma once
// What the store keeps besides records, and under which keys.
//
//   'u' …                                    a record, under its encoded key (core/key.h)
//   's' 'p' <HLC, 8 bytes, big-endian> <key> the purge index: no value
//
// The purge index holds one entry for each tombstone and each expiring record, in the order in
// which horizons pass them, so that purging reads what it may drop and nothing else.

#include <optional>

#include "core/bytes.h"
#include "core/record.h"
#include "core/stamp.h"
#include "ports/store.h"

namespace starling::store {

// Once the horizon is at or above this reading, the record may go: max(stamp, expiry). None for
// what stays until it is overwritten.
std::optional<core::Hlc> purgeable_from(const core::RecordHead& head);

core::Bytes purge_key(core::Hlc purgeable_from, core::BytesView key);

// Facts about the node are stored by name, so that a dump of them can be read.
core::BytesView name_of(ports::Meta meta);

}
