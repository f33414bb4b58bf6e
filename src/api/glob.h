#pragma once
// Patterns of KEYS, SCAN MATCH and CONFIG GET, as Redis reads them:
//   *  ?  [a-z]  [^a]  \x

#include "core/bytes.h"

namespace starling::api {

// Linear in pattern times text, whatever the pattern: a client picks it.
bool matches_glob(core::BytesView pattern, core::BytesView text);

// What every match of `pattern` begins with: the range that a scan has to look at.
core::Bytes literal_prefix(core::BytesView pattern);

}
