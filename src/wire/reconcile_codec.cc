// schema/reconcile.capnp

#include <schema/reconcile.capnp.h>

#include <variant>

#include "core/limits.h"
#include "wire/parts.h"

namespace starling::wire {
namespace {

namespace limits = core::limits;
using reconcile::Division;
using reconcile::Item;
using reconcile::ItemList;
using reconcile::Purpose;
using reconcile::Verdict;
using reconcile::Wanted;

static_assert(static_cast<int>(schema::Purpose::COMPARE) == static_cast<int>(Purpose::compare));
static_assert(static_cast<int>(schema::Verdict::FOREIGN) == static_cast<int>(Verdict::foreign));
static_assert(static_cast<int>(schema::Want::VALUES) == static_cast<int>(ports::Want::values));

unsigned length_of(const auto& list) { return static_cast<unsigned>(list.size()); }

template <typename Builder>
void write_basis(Builder to, const reconcile::Basis& basis) {
  to.setCut(basis.cut.second);
  to.setSalt(basis.salt);
}

template <typename Reader>
reconcile::Basis read_basis(const Reader& from, Intake& intake) {
  return {intake.cut(from.getCut()), from.getSalt()};
}

template <typename List>
void write_ranges(List list, const std::vector<core::Range>& ranges) {
  write_each(list, ranges, [](auto to, const auto& range) { write_range({to}, range); });
}

std::size_t words_of_range(const core::Range& range) { return words_of(range); }

// ---- divisions ----------------------------------------------------------------------------------

enum class Width { whole, low };

void write_division(schema::Division::Builder to, const Division& division, Width width) {
  write_range({to.initRange()}, division.range);
  to.setLevel(division.level);
  write_numbers(to.initBoundaries(length_of(division.boundaries)), division.boundaries);
  const auto count = length_of(division.fingerprints);
  if (width == Width::whole) {
    write_numbers(to.getFingerprints().initWhole(count), division.fingerprints);
    return;
  }
  auto low = to.getFingerprints().initLow(count);
  for (unsigned i = 0; i < count; ++i) {
    low.set(i, static_cast<std::uint32_t>(division.fingerprints[i]));
  }
}

void write_divisions(capnp::List<schema::Division>::Builder list,
                     const std::vector<Division>& divisions, Width width) {
  write_each(list, divisions,
             [&](auto to, const auto& division) { write_division(to, division, width); });
}

Division read_division(schema::Division::Reader from, Width width, Intake& intake) {
  Division division;
  division.range = read_range({from.getRange()}, intake);
  division.level = from.getLevel();
  intake.require(division.level <= limits::tree_levels, "a level above the tree");
  division.boundaries = take_numbers<std::uint32_t>(
      from.getBoundaries(), limits::entries_per_message_max, "boundaries", intake);
  const auto take = [&](const auto& list) {
    return take_numbers<merkle::Fingerprint>(list, limits::entries_per_message_max, "fingerprints",
                                             intake);
  };
  const auto fingerprints = from.getFingerprints();
  intake.require(fingerprints.isWhole() == (width == Width::whole), "fingerprints of wrong width");
  division.fingerprints =
      width == Width::whole ? take(fingerprints.getWhole()) : take(fingerprints.getLow());
  intake.require(division.fingerprints.size() == division.boundaries.size() + 1,
                 "not one fingerprint for each piece");
  return division;
}

std::vector<Division> read_divisions(capnp::List<schema::Division>::Reader from, Width width,
                                     std::size_t entries_max, Intake& intake) {
  std::size_t entries = 0;
  return take_list<Division>(from, limits::ranges_per_message_max, "divisions", intake,
                             [&](auto element) {
                               auto division = read_division(element, width, intake);
                               entries += division.fingerprints.size();
                               if (entries > entries_max)
                                 intake.refuse(core::Errc::over_limit, "too many fingerprints");
                               return division;
                             });
}

std::size_t words_of_division(const Division& division) {
  return 4 + words_of(division.range) + words_of_bytes(4 * division.boundaries.size()) +
         words_of_bytes(8 * division.fingerprints.size());
}

// ---- listings -----------------------------------------------------------------------------------

void write_items(schema::ItemList::Builder to, const ItemList& list) {
  write_range({to.initRange()}, list.range);
  const auto count = length_of(list.items);
  auto keys = to.initKeys(count);
  auto hlcs = to.initHlcs(count);
  auto rests = to.initRests(count);
  for (unsigned i = 0; i < count; ++i) {
    keys.set(i, list.items[i].key);
    hlcs.set(i, list.items[i].hlc.value);
    rests.set(i, list.items[i].rest);
  }
}

ItemList read_items(schema::ItemList::Reader from, Intake& intake) {
  ItemList list;
  list.range = read_range({from.getRange()}, intake);
  const auto keys = from.getKeys();
  const auto hlcs = from.getHlcs();
  const auto rests = from.getRests();
  intake.require(keys.size() == hlcs.size() && keys.size() == rests.size(), "a ragged listing");
  const auto count =
      intake.admit(keys.size(), limits::entries_per_message_max, sizeof(Item), "items");
  list.items.reserve(count);
  for (unsigned i = 0; i < count; ++i) list.items.push_back({keys[i], {hlcs[i]}, rests[i]});
  return list;
}

std::vector<ItemList> read_lists(capnp::List<schema::ItemList>::Reader from, Intake& intake) {
  std::size_t items = 0;
  return take_list<ItemList>(from, limits::ranges_per_message_max, "listings", intake,
                             [&](auto element) {
                               auto list = read_items(element, intake);
                               items += list.items.size();
                               if (items > limits::entries_per_message_max) {
                                 intake.refuse(core::Errc::over_limit, "too many items");
                               }
                               return list;
                             });
}

std::size_t words_of_items(const ItemList& list) {
  return words_of(list.range) + 3 * words_of_bytes(0) + 2 * list.items.size() + 3;
}

// ---- wanted records -----------------------------------------------------------------------------

void write_wanted(schema::Wanted::Builder to, const Wanted& wanted) {
  write_range({to.initRange()}, wanted.range);
  write_numbers(to.initKeys(length_of(wanted.keys)), wanted.keys);
}

std::vector<Wanted> read_wanted(capnp::List<schema::Wanted>::Reader from, Intake& intake) {
  std::size_t keys = 0;
  return take_list<Wanted>(
      from, limits::ranges_per_message_max, "wanted ranges", intake, [&](auto element) {
        Wanted wanted{read_range({element.getRange()}, intake),
                      take_numbers<std::uint32_t>(element.getKeys(),
                                                  limits::entries_per_message_max, "keys", intake)};
        keys += wanted.keys.size();
        if (keys > limits::entries_per_message_max) {
          intake.refuse(core::Errc::over_limit, "too many keys");
        }
        return wanted;
      });
}

std::size_t words_of_wanted(const Wanted& wanted) {
  return words_of(wanted.range) + words_of_bytes(4 * wanted.keys.size());
}

// ---- messages -----------------------------------------------------------------------------------

void write_one(schema::Message::Builder message, const reconcile::Probe& probe) {
  auto to = message.initProbe();
  to.setSession(probe.session.value);
  to.setPurpose(static_cast<schema::Purpose>(probe.purpose));
  write_basis(to, probe.basis);
  write_summary(to.getRoot(), probe.root);
  to.setHorizon(probe.horizon.value);
  to.setRosterHash(probe.roster_hash);
  to.setDigestVersion(probe.digest_version);
}

reconcile::Probe read_one(schema::Probe::Reader from, Intake& intake) {
  return {
      .session = {from.getSession()},
      .purpose = intake.enumerator(static_cast<std::uint16_t>(from.getPurpose()), Purpose::compare),
      .basis = read_basis(from, intake),
      .root = read_summary(from.getRoot()),
      .horizon = {from.getHorizon()},
      .roster_hash = from.getRosterHash(),
      .digest_version = from.getDigestVersion()};
}

void write_one(schema::Message::Builder message, const reconcile::ProbeReply& reply) {
  auto to = message.initProbeReply();
  to.setSession(reply.session.value);
  to.setVerdict(static_cast<schema::Verdict>(reply.verdict));
  to.setNewestCut(reply.newest_cut.second);
  to.setCount(reply.count);
  to.setLeaves(reply.leaves);
  write_divisions(to.initTrain(length_of(reply.train)), reply.train, Width::low);
}

reconcile::ProbeReply read_one(schema::ProbeReply::Reader from, Intake& intake) {
  return {
      .session = {from.getSession()},
      .verdict = intake.enumerator(static_cast<std::uint16_t>(from.getVerdict()), Verdict::foreign),
      .newest_cut = intake.cut(from.getNewestCut()),
      .count = from.getCount(),
      .leaves = from.getLeaves(),
      .train = read_divisions(from.getTrain(), Width::low, limits::train_entries_max, intake)};
}

void write_one(schema::Message::Builder message, const reconcile::Descend& descend) {
  auto to = message.initDescend();
  to.setSession(descend.session.value);
  write_basis(to, descend.basis);
  to.setRequest(descend.request);
  write_divisions(to.initDivisions(length_of(descend.divisions)), descend.divisions, Width::whole);
  write_ranges(to.initToList(length_of(descend.to_list)), descend.to_list);
}

reconcile::Descend read_one(schema::Descend::Reader from, Intake& intake) {
  return {.session = {from.getSession()},
          .basis = read_basis(from, intake),
          .request = from.getRequest(),
          .divisions = read_divisions(from.getDivisions(), Width::whole,
                                      limits::entries_per_message_max, intake),
          .to_list = take_list<core::Range>(
              from.getToList(), limits::ranges_per_message_max, "ranges", intake,
              [&](auto range) { return read_range({range}, intake); })};
}

void write_one(schema::Message::Builder message, const reconcile::DescendReply& reply) {
  auto to = message.initDescendReply();
  to.setSession(reply.session.value);
  to.setRequest(reply.request);
  to.setGone(reply.gone);
  write_divisions(to.initDivisions(length_of(reply.divisions)), reply.divisions, Width::whole);
  write_each(to.initLists(length_of(reply.lists)), reply.lists, write_items);
}

reconcile::DescendReply read_one(schema::DescendReply::Reader from, Intake& intake) {
  return {.session = {from.getSession()},
          .request = from.getRequest(),
          .gone = from.getGone(),
          .divisions = read_divisions(from.getDivisions(), Width::whole,
                                      limits::entries_per_message_max, intake),
          .lists = read_lists(from.getLists(), intake)};
}

void write_one(schema::Message::Builder message, const reconcile::Pull& pull) {
  auto to = message.initPull();
  to.setSession(pull.session.value);
  write_basis(to, pull.basis);
  to.setRequest(pull.request);
  to.setWant(static_cast<schema::Want>(pull.want));
  write_each(to.initWanted(length_of(pull.wanted)), pull.wanted, write_wanted);
}

reconcile::Pull read_one(schema::Pull::Reader from, Intake& intake) {
  return {
      .session = {from.getSession()},
      .basis = read_basis(from, intake),
      .request = from.getRequest(),
      .want = intake.enumerator(static_cast<std::uint16_t>(from.getWant()), ports::Want::values),
      .wanted = read_wanted(from.getWanted(), intake)};
}

void write_one(schema::Message::Builder message, const reconcile::PullReply& reply) {
  auto to = message.initPullReply();
  to.setSession(reply.session.value);
  to.setRequest(reply.request);
  to.setGone(reply.gone);
  to.setIsComplete(reply.is_complete);
  write_records(to.initRecords(length_of(reply.records)), reply.records);
  write_numbers(to.initValueBytes(length_of(reply.value_bytes)), reply.value_bytes);
}

reconcile::PullReply read_one(schema::PullReply::Reader from, Intake& intake) {
  reconcile::PullReply reply{
      .session = {from.getSession()},
      .request = from.getRequest(),
      .gone = from.getGone(),
      .is_complete = from.getIsComplete(),
      .records = read_records(from.getRecords(), intake),
      .value_bytes = take_numbers<std::uint64_t>(from.getValueBytes(), limits::batch_records_max,
                                                 "value lengths", intake)};
  intake.require(reply.value_bytes.size() == reply.records.size(),
                 "not one value length for each record");
  return reply;
}

void write_one(schema::Message::Builder message, const reconcile::Push& push) {
  auto to = message.initPush();
  to.setSession(push.session.value);
  to.setRequest(push.request);
  write_records(to.initRecords(length_of(push.records)), push.records);
}

reconcile::Push read_one(schema::Push::Reader from, Intake& intake) {
  return {.session = {from.getSession()},
          .request = from.getRequest(),
          .records = read_records(from.getRecords(), intake)};
}

void write_one(schema::Message::Builder message, const reconcile::PushReply& reply) {
  auto to = message.initPushReply();
  to.setSession(reply.session.value);
  to.setRequest(reply.request);
  to.setTaken(reply.taken);
}

reconcile::PushReply read_one(schema::PushReply::Reader from) {
  return {.session = {from.getSession()}, .request = from.getRequest(), .taken = from.getTaken()};
}

void write_one(schema::Message::Builder message, const reconcile::Abort& abort) {
  message.initAbort().setSession(abort.session.value);
}

// ---- words, besides those of a few fixed fields
// ---------------------------------------------------

std::size_t words_of_lists(const auto&) { return 0; }
std::size_t words_of_lists(const reconcile::ProbeReply& reply) {
  return words_of_each(reply.train, words_of_division);
}
std::size_t words_of_lists(const reconcile::Descend& descend) {
  return words_of_each(descend.divisions, words_of_division) +
         words_of_each(descend.to_list, words_of_range);
}
std::size_t words_of_lists(const reconcile::DescendReply& reply) {
  return words_of_each(reply.divisions, words_of_division) +
         words_of_each(reply.lists, words_of_items);
}
std::size_t words_of_lists(const reconcile::Pull& pull) {
  return words_of_each(pull.wanted, words_of_wanted);
}
std::size_t words_of_lists(const reconcile::PullReply& reply) {
  return words_of(reply.records) + words_of_bytes(8 * reply.value_bytes.size());
}
std::size_t words_of_lists(const reconcile::Push& push) { return words_of(push.records); }

}

void write_message(To<schema::Message> to, const reconcile::Message& message) {
  std::visit([&](const auto& body) { write_one(to.there, body); }, message);
}

reconcile::Message read_message(From<schema::Message> from, Intake& intake) {
  switch (from.there.which()) {
    case schema::Message::PROBE:
      return read_one(from.there.getProbe(), intake);
    case schema::Message::PROBE_REPLY:
      return read_one(from.there.getProbeReply(), intake);
    case schema::Message::DESCEND:
      return read_one(from.there.getDescend(), intake);
    case schema::Message::DESCEND_REPLY:
      return read_one(from.there.getDescendReply(), intake);
    case schema::Message::PULL:
      return read_one(from.there.getPull(), intake);
    case schema::Message::PULL_REPLY:
      return read_one(from.there.getPullReply(), intake);
    case schema::Message::PUSH:
      return read_one(from.there.getPush(), intake);
    case schema::Message::PUSH_REPLY:
      return read_one(from.there.getPushReply());
    case schema::Message::ABORT:
      return reconcile::Abort{{from.there.getAbort().getSession()}};
  }
  intake.require(false, "a message that is not known");
  return {};
}

std::size_t words_of(const reconcile::Message& message) {
  constexpr std::size_t fixed_words = 20;
  return fixed_words + std::visit([](const auto& body) { return words_of_lists(body); }, message);
}

}
