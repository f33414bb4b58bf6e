#include "store/key_layout.h"

#include <algorithm>

#include "core/assert.h"
#include "core/key.h"

namespace starling::store {
namespace {

constexpr char index_purge = 'p';

}

std::optional<core::Hlc> purgeable_from(const core::RecordHead& head) {
  if (!head.tombstone && head.expiry_ms == 0) return std::nullopt;
  return std::max(head.stamp.hlc, core::Hlc::from_ms(head.expiry_ms));
}

core::Bytes purge_key(core::Hlc purgeable_from, core::BytesView key) {
  core::Bytes out;
  out.reserve(2 + sizeof(purgeable_from.value) + key.size());
  out.push_back(core::space_system);
  out.push_back(index_purge);
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(purgeable_from.value >> shift & 0xFF));
  }
  out += key;
  return out;
}

core::BytesView name_of(ports::Meta meta) {
  switch (meta) {
    case ports::Meta::origin:
      return "origin";
    case ports::Meta::incarnation:
      return "incarnation";
    case ports::Meta::clock_lease:
      return "clock_lease";
    case ports::Meta::roster:
      return "roster";
    case ports::Meta::horizon:
      return "horizon";
    case ports::Meta::completeness:
      return "completeness";
    case ports::Meta::frozen:
      return "frozen";
  }
  core::assertion_failed("a Meta without a name", __FILE__, __LINE__);
}

}
