#include "app/assembly.h"

#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

#include "api/admin_pages.h"
#include "api/http_server.h"
#include "api/resp_server.h"
#include "app/driver.h"
#include "app/identity.h"
#include "app/metrics.h"
#include "app/process.h"
#include "app/supervisor.h"
#include "core/limits.h"
#include "merkle/hash.h"
#include "net/event_loop.h"
#include "net/watches.h"
#include "net/worker_pool.h"
#include "node/node.h"
#include "store/rocks_store.h"
#include "transport/datagrams.h"
#include "transport/link_pool.h"

namespace starling::app {
namespace {

using namespace std::chrono_literals;

// RocksDB waits for the disk in them: more than cores, so that a sync never waits for a listing.
constexpr std::size_t worker_threads = 4;
constexpr std::size_t worker_jobs_max = 2 * core::limits::parked_operations_max;
constexpr core::Duration housekeeping_interval = 1s;
constexpr core::Duration probe_patience = 30s;  // A store that silent has lost its disk.
constexpr core::Duration farewell_patience = 10s;

// The node's own calls come from nobody's connection.
constexpr node::ClientId nobody{0};

std::size_t store_share(std::size_t memory) { return memory / 2; }
std::size_t client_share(std::size_t memory) { return memory / 4; }

}

struct Assembly::Inside {
  Inside(const config::Settings& settings_, std::string version_, observe::Log& log_)
      : settings{settings_}, version{std::move(version_)}, log{log_} {}

  core::Result<void> open_store();
  core::Result<void> open_peers();
  core::Result<void> open_clients();
  core::Result<void> open_admin();
  void make_node();
  Outlets outlets();
  void introduce();

  void on_signal();
  void housekeep();
  void probe_store();
  void say_farewell();
  void notice(core::Notice notice) { log.write(notice, loop.now()); }
  std::string metrics();
  std::string membership_address() const;

  const config::Settings settings;
  const std::string version;
  observe::Log& log;
  core::Prng prng{draw_entropy()};
  merkle::DigestKey digest_key{settings.peers.secret};

  net::EventLoop loop;
  std::unique_ptr<store::RocksStore> store;
  std::unique_ptr<net::WorkerPool> workers;
  Identity identity;
  std::unique_ptr<node::Node> node;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<transport::LinkPool> links;       // None while the node is alone.
  std::unique_ptr<transport::Datagrams> datagrams;  // None while the node is alone.
  std::unique_ptr<api::RespServer> clients;
  std::unique_ptr<api::HttpServer> admin;
  Supervisor supervisor;
  std::vector<std::unique_ptr<net::SignalWatch>> signals;
  std::unique_ptr<net::Timer> housekeeping;

  core::Instant probed_at;
  bool is_probing = false;
  bool was_ready = false;
  bool is_draining = false;
  bool has_left = false;  // The node has said farewell and all is synced.
  core::Instant farewell_deadline;
};

core::Result<void> Assembly::Inside::open_store() {
  auto opened = store::RocksStore::open({settings.data_dir, store_share(settings.memory_bytes)});
  if (!opened) return std::unexpected(opened.error());
  store = std::move(*opened);
  auto recalled = recall_identity(*store, {draw_entropy() | 1});
  if (!recalled) return std::unexpected(recalled.error());
  identity = std::move(*recalled);
  workers =
      std::make_unique<net::WorkerPool>(loop, net::WorkerOptions{worker_threads, worker_jobs_max});
  return {};
}

std::string Assembly::Inside::membership_address() const {
  return settings.peers.advertise.empty() ? settings.peers.listen.to_text()
                                          : settings.peers.advertise;
}

void Assembly::Inside::make_node() {
  node::NodeOptions options;
  options.id = identity.id;
  options.name = settings.name;
  options.address = membership_address();
  if (!settings.peers.is_alone()) options.seeds = settings.peers.seeds;
  options.cluster_secret = settings.peers.secret;
  options.repair_bytes_per_second = settings.peers.repair_bytes_per_second;
  node = std::make_unique<node::Node>(std::move(options), identity.persisted, *store,
                                      prng.fork("node"));
  driver = std::make_unique<Driver>(loop, *workers, *store, *node, outlets());
}

core::Result<void> Assembly::Inside::open_peers() {
  if (settings.peers.is_alone()) return {};
  const auto cluster = digest_key.cluster_id(settings.peers.cluster);
  transport::LinkOptions options;
  options.cluster = cluster;
  options.self = {identity.id, settings.name, membership_address(), merkle::digest_version};
  links = std::make_unique<transport::LinkPool>(
      loop, std::move(options), prng.fork("links"),
      [this](node::Event event) { driver->deliver(std::move(event)); });
  if (auto listening = links->listen(settings.peers.listen); !listening) {
    return std::unexpected(listening.error());
  }
  auto bound = transport::Datagrams::bind(
      loop, settings.peers.listen, cluster,
      [this](node::DatagramReceived event) { driver->deliver(std::move(event)); });
  if (!bound) return std::unexpected(bound.error());
  datagrams = std::move(*bound);
  return {};
}

core::Result<void> Assembly::Inside::open_clients() {
  api::RespSettings options;
  options.value_bytes_max = settings.resp.value_bytes_max;
  options.memory_bytes = settings.memory_bytes;
  options.buffer_bytes_max = client_share(settings.memory_bytes);
  options.clients_max = settings.resp.clients_max;
  options.ack = settings.resp.ack;
  options.password = settings.resp.password;
  options.allow_flush = settings.resp.allow_flush;
  options.tcp_port =
      settings.resp.listen.empty() ? std::uint16_t{0} : settings.resp.listen[0].port();
  options.version = version;
  clients = std::make_unique<api::RespServer>(
      loop, std::move(options),
      api::World{[this](node::Event event) { driver->deliver(std::move(event)); },
                 [this] { return node->status(loop.now()); }, [this] { return loop.now(); },
                 resident_bytes});
  for (const auto& address : settings.resp.listen) {
    if (auto listening = clients->listen_on(address); !listening) return listening;
  }
  if (settings.resp.socket.empty()) return {};
  return clients->listen_on(net::UnixSocket{settings.resp.socket, settings.resp.socket_mode});
}

core::Result<void> Assembly::Inside::open_admin() {
  api::AdminSources sources;
  sources.status = [this] { return node->status(loop.now()); };
  sources.metrics = [this] { return metrics(); };
  sources.is_alive = [this] { return loop.now().instant - probed_at < probe_patience; };
  sources.is_draining = [this] { return is_draining; };
  auto started = api::HttpServer::start(loop, {settings.admin.listen, {}},
                                        api::admin_pages(std::move(sources)));
  if (!started) return std::unexpected(started.error());
  admin = std::move(*started);
  return {};
}

Outlets Assembly::Inside::outlets() {
  Outlets outlets;
  outlets.datagram = [this](node::SendDatagram&& effect) {
    if (datagrams) datagrams->send(effect.to, effect.datagram);
  };
  outlets.frame = [this](node::SendFrame&& effect) {
    // False: dropped and counted. A rumour heals by beats, a session by its patience.
    if (links) static_cast<void>(links->send(effect.peer, effect.frame));
  };
  outlets.dial = [this](node::Dial&& effect) {
    if (links) links->dial(effect.address);
  };
  outlets.undial = [this](node::Undial&& effect) {
    if (links) links->undial(effect.address);
  };
  outlets.drop_link = [this](node::DropLink&& effect) {
    if (links) links->drop(effect.peer, effect.reason);
  };
  outlets.reply = [this](node::Reply&& effect) {
    if (effect.client == nobody) {
      has_left = true;
    } else {
      clients->on_reply(effect.client, effect.ticket, std::move(effect.reply));
    }
  };
  outlets.notice = [this](core::Notice&& effect) { notice(std::move(effect)); };
  outlets.give_up = [this](const core::Error& error) {
    // A failed sync must not be tried again: the kernel may have marked the lost pages clean.
    log.write(core::Severity::alarm, "the store has failed; nothing is acknowledged any more",
              {{"err", error.detail}}, loop.now().wall);
    std::_Exit(EXIT_FAILURE);
  };
  return outlets;
}

void Assembly::Inside::introduce() {
  probed_at = loop.now().instant;
  housekeeping = std::make_unique<net::Timer>(loop, [this] { housekeep(); });
  for (const int number : {SIGTERM, SIGINT}) {
    signals.push_back(std::make_unique<net::SignalWatch>(loop, number, [this] { on_signal(); }));
  }
  log.write(core::Severity::info, "starting",
            {{"version", version},
             {"id", core::to_text(identity.id)},
             {"data_dir", settings.data_dir},
             {"peers", settings.peers.is_alone() ? "none" : membership_address()}},
            loop.now().wall);
  driver->start();
  housekeep();
}

void Assembly::Inside::on_signal() {
  if (is_draining) std::_Exit(EXIT_SUCCESS);  // Asked twice. What is acknowledged is in the WAL.
  is_draining = true;
  farewell_deadline = loop.now().instant + farewell_patience;
  supervisor.stopping();
  notice({core::Severity::info, "stop", "finishing what was asked; another signal ends it now"});
  clients->drain();
  if (links) links->stop_listening();
  say_farewell();
}

// Clients first, then the node (which stops writing and syncs), then the last frames.
void Assembly::Inside::say_farewell() {
  const bool is_late = loop.now().instant >= farewell_deadline;
  if (!clients->is_drained() && !is_late) return housekeeping->arm(loop.now().instant + 10ms);
  if (!has_left) {
    driver->deliver(node::LocalAdmin{nobody, 1, node::LocalAdmin::Act::stop});
    return housekeeping->arm(loop.now().instant + 10ms);
  }
  const bool is_sent = !links || links->queued_bytes() == 0;
  if (is_sent || is_late) return loop.stop();
  housekeeping->arm(loop.now().instant + 10ms);
}

void Assembly::Inside::housekeep() {
  if (is_draining) return say_farewell();
  probe_store();
  const auto status = node->status(loop.now());
  if (status.is_ready && !std::exchange(was_ready, true)) {
    supervisor.ready();
    notice({core::Severity::info, "start",
            "ready with " + std::to_string(status.live_records) + " records"});
  }
  std::size_t equal = 0;
  for (const auto& member : status.members) {
    if (!member.is_self && member.equal_at && !member.differs) ++equal;
  }
  supervisor.status("equal with " + std::to_string(equal) + " of " +
                    std::to_string(status.members.size() - 1) + " peers");
  if (loop.now().instant - probed_at < probe_patience) supervisor.alive();
  housekeeping->arm(loop.now().instant + housekeeping_interval);
}

// The watchdog is fed only while the store answers: a loop that turns over a dead disk is no life.
void Assembly::Inside::probe_store() {
  if (is_probing) return;
  is_probing = workers->submit([this] { static_cast<void>(store->fetch("probe")); },
                               [this] {
                                 is_probing = false;
                                 probed_at = loop.now().instant;
                               });
}

std::string Assembly::Inside::metrics() {
  MetricSources sources;
  sources.status = node->status(loop.now());
  sources.clients = clients->statistics();
  sources.clients_connected = clients->clients();
  sources.client_buffer_bytes = clients->buffered_bytes();
  if (admin) sources.http_refused = admin->refused();
  if (links) {
    sources.links = links->counters();
    sources.link_queue_bytes = links->queued_bytes();
  }
  if (datagrams) sources.datagrams = datagrams->counters();
  sources.store_stalls = driver->stalls();
  sources.log_lines_dropped = log.dropped();
  sources.longest_turn = loop.take_longest_turn();
  sources.resident_bytes = resident_bytes();
  sources.version = version;
  return metrics_of(sources);
}

core::Result<std::unique_ptr<Assembly>> Assembly::build(const config::Settings& settings,
                                                        std::string version, observe::Log& log) {
  auto inside = std::make_unique<Inside>(settings, std::move(version), log);
  if (auto opened = inside->open_store(); !opened) return std::unexpected(opened.error());
  inside->make_node();
  if (auto opened = inside->open_peers(); !opened) return std::unexpected(opened.error());
  if (auto opened = inside->open_clients(); !opened) return std::unexpected(opened.error());
  if (auto opened = inside->open_admin(); !opened) return std::unexpected(opened.error());
  return std::make_unique<Assembly>(std::move(inside));
}

Assembly::Assembly(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
Assembly::~Assembly() = default;

void Assembly::run() {
  inside_->introduce();
  inside_->loop.run();
  inside_->log.write(core::Severity::info, "stopped", {}, inside_->loop.now().wall);
}

}
