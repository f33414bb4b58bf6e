#include "app/identity.h"

#include <unistd.h>

#include <chrono>
#include <random>
#include <utility>

#include "core/prng.h"

namespace starling::app {
namespace {

core::Result<std::uint64_t> read_number(const ports::Store& store, ports::Meta name) {
  auto bytes = store.read_meta(name);
  if (!bytes) return std::unexpected(bytes.error());
  return *bytes ? node::decode_meta_number(**bytes) : 0;
}

}

core::Result<Identity> recall_identity(ports::Store& store, core::NodeId fresh) {
  Identity identity;
  const auto origin = read_number(store, ports::Meta::origin);
  if (!origin) return std::unexpected(origin.error());
  identity.id = {*origin};
  if (!identity.id) {
    identity.id = fresh;
    ports::Batch batch;
    batch.meta.emplace_back(ports::Meta::origin, node::encode_meta_number(fresh.value));
    if (auto written = store.write_patiently(batch); !written) {
      return std::unexpected(written.error());
    }
    if (auto synced = store.sync(); !synced) return std::unexpected(synced.error());
  }

  const auto incarnation = read_number(store, ports::Meta::incarnation);
  if (!incarnation) return std::unexpected(incarnation.error());
  const auto lease = read_number(store, ports::Meta::clock_lease);
  if (!lease) return std::unexpected(lease.error());
  const auto horizon = read_number(store, ports::Meta::horizon);
  if (!horizon) return std::unexpected(horizon.error());
  auto roster = store.read_meta(ports::Meta::roster);
  if (!roster) return std::unexpected(roster.error());
  const auto frozen = store.read_meta(ports::Meta::frozen);
  if (!frozen) return std::unexpected(frozen.error());
  identity.persisted = {
      *incarnation, {*lease}, std::move(*roster), {*horizon}, *frozen == core::Bytes(1, '\1')};
  return identity;
}

std::uint64_t draw_entropy() {
  std::random_device device;
  auto entropy = std::uint64_t{device()} << 32 | device();
  const auto wall = std::chrono::system_clock::now().time_since_epoch().count();
  const auto steady = std::chrono::steady_clock::now().time_since_epoch().count();
  entropy = core::mix(entropy ^ static_cast<std::uint64_t>(wall));
  entropy = core::mix(entropy ^ static_cast<std::uint64_t>(steady));
  return core::mix(entropy ^ static_cast<std::uint64_t>(getpid()));
}

}
