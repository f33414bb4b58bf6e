#include "app/metrics.h"

#include <utility>
#include <vector>

#include "membership/member_table.h"
#include "merkle/hash.h"
#include "observe/metrics_page.h"

namespace starling::app {
namespace {

using observe::Metric;
using observe::MetricKind;
using observe::MetricValue;

// Collects families; a family with one label is a list of (label value, number).
class Page {
 public:
  void counter(std::string name, std::string help, std::uint64_t value) {
    add(std::move(name), std::move(help), MetricKind::counter, {{{}, number(value)}});
  }
  void gauge(std::string name, std::string help, double value) {
    add(std::move(name), std::move(help), MetricKind::gauge, {{{}, value}});
  }
  using Labelled = std::vector<std::pair<std::string, std::uint64_t>>;
  void counters(std::string name, std::string help, const std::string& label,
                const Labelled& values) {
    add(std::move(name), std::move(help), MetricKind::counter, labelled(label, values));
  }
  void gauges(std::string name, std::string help, const std::string& label,
              const Labelled& values) {
    add(std::move(name), std::move(help), MetricKind::gauge, labelled(label, values));
  }
  void add(std::string name, std::string help, MetricKind kind, std::vector<MetricValue> values) {
    metrics_.push_back({"starling_" + std::move(name), std::move(help), kind, std::move(values)});
  }
  static double number(std::uint64_t value) { return static_cast<double>(value); }
  std::string text() const { return observe::metrics_page(metrics_); }

 private:
  static std::vector<MetricValue> labelled(const std::string& label, const Labelled& values) {
    std::vector<MetricValue> result;
    for (const auto& [name, value] : values) result.push_back({{{label, name}}, number(value)});
    return result;
  }

  std::vector<Metric> metrics_;
};

double seconds(core::Duration duration) { return std::chrono::duration<double>{duration}.count(); }

void add_members(Page& page, const node::Status& status) {
  std::map<membership::MemberState, std::uint64_t> by_state{{membership::MemberState::alive, 0},
                                                            {membership::MemberState::suspect, 0},
                                                            {membership::MemberState::dead, 0},
                                                            {membership::MemberState::left, 0}};
  std::vector<MetricValue> skew;
  std::uint64_t equal = 0;
  std::uint64_t linked = 0;
  for (const auto& member : status.members) {
    ++by_state[member.state];
    if (member.is_self) continue;
    if (member.equal_at && !member.differs) ++equal;
    if (member.is_linked) ++linked;
    if (member.offset_ms) {
      skew.push_back({{{"peer", member.name}}, static_cast<double>(*member.offset_ms) / 1000});
    }
  }
  Page::Labelled states;
  for (const auto& [state, count] : by_state) {
    states.emplace_back(membership::name_of(state), count);
  }
  page.gauges("members", "Members by state, this node included.", "state", states);
  page.gauge("members_equal", "Peers whose newest comparable root equals ours.",
             Page::number(equal));
  page.gauge("peers_linked", "Peers with a link that is up.", Page::number(linked));
  page.add("clock_skew_seconds", "Clock of the peer less ours, as its packets show it.",
           MetricKind::gauge, observe::by_peer(std::move(skew)));
}

void add_data(Page& page, const node::Status& status) {
  page.gauge("records", "Live records, those included that expired unnoticed.",
             Page::number(status.live_records));
  page.gauge("tombstones", "Deletes that still have to travel or to be purged.",
             Page::number(status.tombstones));
  page.gauge("tree_leaves", "Leaves of the Merkle index.", Page::number(status.leaves));
  page.gauge("tree_bytes", "Memory of the Merkle index.", Page::number(status.tree_bytes));
  page.gauge("settled_cut_timestamp_seconds", "The newest applied cut.",
             Page::number(status.cut.second));
  page.gauge("held_ahead_records", "Records stamped too far ahead, waiting for their time.",
             Page::number(status.held_ahead_records));
  page.gauge("ready", "1 when the index is filled and a roster is there.", status.is_ready);
  page.gauge("frozen", "1 while this node takes part in no repair.", status.is_frozen);
  page.gauges("queue_bytes", "Bytes waiting, by queue.", "queue",
              {{"settling", status.settling_bytes}, {"unsynced", status.unsynced_bytes}});
  page.gauge("calls_waiting", "Calls of applications that wait for the disk or for a cut.",
             Page::number(status.parked_calls));
  page.gauge("sessions_open", "Sessions in both directions.", Page::number(status.sessions_open));
}

void add_protocol(Page& page, const node::Counters& counters) {
  page.counter("local_writes_total", "Writes accepted from applications.", counters.local_writes);
  page.counters("rumours_total", "Records pushed at once, by what became of them.", "result",
                {{"sent", counters.rumours_sent},
                 {"taken", counters.rumours_taken},
                 {"known", counters.rumours_known},
                 {"refused", counters.rumours_refused},
                 {"missed", counters.rumours_missed}});
  page.counters("beats_total", "Settled roots told and heard.", "direction",
                {{"out", counters.beats_sent}, {"in", counters.beats_heard}});
  page.counter("beats_foreign_total", "Beats of another roster, horizon or digest version.",
               counters.beats_foreign);
  page.counters("sessions_total", "Repair sessions that this node opened, by outcome.", "result",
                {{"equal", counters.sessions_equal},
                 {"repaired", counters.sessions_repaired},
                 {"failed", counters.sessions_failed}});
  page.counter("compares_total", "Comparisons asked for by diff.", counters.compares);
  page.counters("exchange_records_total", "Records moved by repair.", "direction",
                {{"in", counters.exchanged_in}, {"out", counters.exchanged_out}});
  page.counters("exchange_bytes_total", "Bytes of records moved by repair.", "direction",
                {{"in", counters.exchange_bytes_in}, {"out", counters.exchange_bytes_out}});
  page.counter("descent_bytes_total", "Bytes spent on finding what differs, both directions.",
               counters.descent_bytes);
  page.counter("held_ahead_total", "Records that ever had to wait for their time.",
               counters.held_ahead);
  page.counter("same_stamp_conflicts_total", "Different records under one stamp: never expected.",
               counters.same_stamp_conflicts);
  page.counters("corrupt_records_total", "Records whose bytes fail their check, by where.", "where",
                {{"store", counters.corrupt_records}, {"received", counters.corrupt_received}});
  page.counter("store_misses_total", "Reads that had to go to the disk.", counters.misses);
}

void add_doors(Page& page, const MetricSources& sources) {
  const auto& links = sources.links;
  page.gauge("clients", "Connected applications.", Page::number(sources.clients_connected));
  page.counter("clients_total", "Connections of applications.", sources.clients.connections);
  page.counter("commands_total", "Commands of applications.", sources.clients.commands);
  page.counters("client_bytes_total", "Bytes of applications.", "direction",
                {{"in", sources.clients.bytes_in}, {"out", sources.clients.bytes_out}});
  Page::Labelled rejected;
  for (const auto& [reason, count] : sources.clients.rejected) rejected.emplace_back(reason, count);
  page.counters("resp_rejected_total", "Commands and connections refused, by reason.", "reason",
                rejected);
  page.counter("http_refused_total", "HTTP requests that were malformed or not allowed.",
               sources.http_refused);
  page.counters(
      "foreign_frames_total", "What came to the peer port and was not ours, by reason.", "reason",
      {{"cluster", links.foreign_cluster + sources.datagrams.foreign},
       {"malformed", links.foreign_malformed + links.hostile_frames + sources.datagrams.malformed},
       {"own_id", links.foreign_own_id},
       {"silent", links.handshakes_timed_out},
       {"crowd", links.half_open_refused},
       {"protocol", sources.status.counters.protocol_errors}});
  page.counters("peer_bytes_total", "Bytes on links and in datagrams.", "direction",
                {{"in", links.bytes_in + sources.datagrams.bytes_in},
                 {"out", links.bytes_out + sources.datagrams.bytes_out}});
  page.counters("queue_dropped_total", "Messages that had no room, by queue.", "queue",
                {{"link", links.dropped_queue_full}, {"no_link", links.dropped_no_link}});
  page.gauge("link_queue_bytes", "Bytes waiting on links.", Page::number(sources.link_queue_bytes));
  page.gauge("client_buffer_bytes", "Bytes held for applications.",
             Page::number(sources.client_buffer_bytes));
}

}

std::string metrics_of(const MetricSources& sources) {
  Page page;
  page.add(
      "build_info", "Version of this binary and of its digests.", MetricKind::gauge,
      {{{{"version", sources.version}, {"digest_version", std::to_string(merkle::digest_version)}},
        1}});
  page.gauge("uptime_seconds", "Since the start.", seconds(sources.status.uptime));
  add_members(page, sources.status);
  add_data(page, sources.status);
  add_protocol(page, sources.status.counters);
  add_doors(page, sources);
  page.counter("store_stalls_total", "Batches that RocksDB would have made wait.",
               sources.store_stalls);
  page.gauge("loop_stall_seconds", "The longest turn of the loop since the last scrape.",
             seconds(sources.longest_turn));
  page.gauge("resident_bytes", "Memory of the process.", Page::number(sources.resident_bytes));
  page.counter("log_lines_dropped_total", "Log lines lost because nobody read fast enough.",
               sources.log_lines_dropped);
  return page.text();
}

}
