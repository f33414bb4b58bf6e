// schema/gossip.capnp

#include <schema/gossip.capnp.h>

#include "wire/parts.h"

namespace starling::wire {

void write_beat(To<schema::Beat> to, const gossip::Beat& beat) {
  to.there.setCut(beat.cut.second);
  write_summary(to.there.getRoot(), beat.root);
  to.there.setHorizon(beat.horizon.value);
  to.there.setRosterHash(beat.roster_hash);
  to.there.setAcknowledgement(beat.acknowledgement.value);
  to.there.setDigestVersion(beat.digest_version);
  to.there.setFrozen(beat.frozen);
}

gossip::Beat read_beat(From<schema::Beat> from, Intake& intake) {
  return {.cut = intake.cut(from.there.getCut()),
          .root = read_summary(from.there.getRoot()),
          .horizon = {from.there.getHorizon()},
          .roster_hash = from.there.getRosterHash(),
          .acknowledgement = {from.there.getAcknowledgement()},
          .digest_version = from.there.getDigestVersion(),
          .frozen = from.there.getFrozen()};
}

void write_rumours(To<schema::Rumours> to, const gossip::Rumours& rumours) {
  to.there.setFirstSequence(rumours.first_sequence);
  write_records(to.there.initRecords(static_cast<unsigned>(rumours.records.size())),
                rumours.records);
}

gossip::Rumours read_rumours(From<schema::Rumours> from, Intake& intake) {
  intake.require(from.there.getFirstSequence() >= 1, "a sequence of zero");
  return {from.there.getFirstSequence(), read_records(from.there.getRecords(), intake)};
}

std::size_t words_of(const gossip::Rumours& rumours) { return 3 + words_of(rumours.records); }

}
