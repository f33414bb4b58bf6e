#include "sim/clients.h"

#include <chrono>
#include <memory>
#include <utility>

#include "core/key.h"

namespace starling::sim {

using namespace std::chrono_literals;

Clients::Clients(Timeline& timeline, const Plan& plan, core::Prng prng, Deliver deliver)
    : timeline_{timeline}, knobs_{plan.knobs}, prng_{prng}, deliver_{std::move(deliver)} {
  for (std::size_t host = 0; host < plan.hosts; ++host) {
    for (std::size_t i = 0; i < knobs_.clients_per_host; ++i) {
      clients_.push_back({{clients_.size() + 1}, host});
    }
  }
}

void Clients::start() {
  for (std::size_t client = 0; client < clients_.size(); ++client) act_later(client);
}

void Clients::act_later(std::size_t client) {
  const auto longest = static_cast<std::uint64_t>(2 * knobs_.think_time.count());
  const core::Duration pause{static_cast<std::int64_t>(prng_.below(longest))};
  timeline_.after(pause, [this, client] { act(client); });
}

void Clients::act(std::size_t client) {
  if (is_stopped_) return;
  if (!up_[clients_[client].host]) return act_later(client);
  const auto dice = prng_.below(100);
  if (dice < 50) return set(client, 1);
  if (dice < 57) return set(client, 2 + prng_.below(3));
  if (dice < 72) return erase(client);
  if (dice < 96) return get(client);
  if (dice < 99) return scan(client);
  set(client, 1);
  leave(client);
}

core::Bytes Clients::some_key() {
  // Half of all calls meet on a few keys.
  const auto keys = prng_.chance(1, 2) ? std::min<std::size_t>(knobs_.keys, 5) : knobs_.keys;
  return core::encode_key("key-" + std::to_string(prng_.below(keys)));
}

node::Ack Clients::some_level() {
  return prng_.chance(1, 3) ? node::Ack::durable : node::Ack::fast;
}

void Clients::set(std::size_t client, std::size_t keys) {
  struct Put {
    core::Bytes key;
    std::uint64_t write;
    std::uint64_t lifetime_ms;
  };
  node::LocalCall call;
  call.is_write = true;
  call.ack = some_level();
  Call record{client, clients_[client].host, {}, {}};
  std::vector<Put> puts;
  for (std::size_t i = 0; i < keys; ++i) {
    auto key = some_key();
    const auto write = history_.begin({record.host, key, false, call.ack});
    puts.push_back({key, write, prng_.chance(1, 10) ? 1 + prng_.below(20'000) : 0});
    record.writes.push_back(write);
    call.keys.push_back(std::move(key));
  }
  call.body = [this, puts](node::Transaction& transaction) -> core::Bytes {
    for (const auto& [key, write, lifetime_ms] : puts) {
      const auto expiry_ms = lifetime_ms == 0 ? 0 : transaction.now_ms() + lifetime_ms;
      transaction.put(key, value_of(write), expiry_ms);
      history_.ran(write);
    }
    return {};
  };
  submit(client, std::move(call), std::move(record));
}

void Clients::erase(std::size_t client) {
  node::LocalCall call;
  call.is_write = true;
  call.ack = some_level();
  const auto key = some_key();
  call.keys = {key};
  Call record{client, clients_[client].host, {}, {}};
  const auto write = history_.begin({record.host, key, true, call.ack});
  record.writes = {write};
  call.body = [this, key, write](node::Transaction& transaction) -> core::Bytes {
    if (transaction.erase(key)) {
      history_.ran(write);
    } else {
      history_.did_nothing(write);
    }
    return {};
  };
  submit(client, std::move(call), std::move(record));
}

void Clients::get(std::size_t client) {
  const auto host = clients_[client].host;
  node::LocalCall call;
  const auto key = some_key();
  call.keys = {key};
  call.body = [key](node::Transaction& transaction) -> core::Bytes {
    const auto* record = transaction.get(key);
    return record == nullptr ? core::Bytes{} : record->value;
  };
  submit(client, std::move(call), {client, host, {}, key});
}

void Clients::read(std::size_t host, const core::Bytes& key) {
  if (!up_[host]) return;
  node::LocalCall call;
  call.ticket = ++tickets_;
  call.client = {clients_.size() + 1};
  call.keys = {key};
  call.body = [](node::Transaction&) -> core::Bytes { return {}; };
  calls_.emplace(call.ticket, Call{clients_.size(), host, {}, {}});
  deliver_(host, std::move(call));
}

void Clients::scan(std::size_t client) {
  const auto ticket = ++tickets_;
  calls_.emplace(ticket, Call{client, clients_[client].host, {}, {}});
  deliver_(clients_[client].host,
           node::LocalScan{clients_[client].id, ticket, core::all_users(), 1 + prng_.below(50)});
}

// Hangs up without waiting for the answer, and comes back as somebody else.
void Clients::leave(std::size_t client) {
  const auto gone = clients_[client].id;
  std::erase_if(calls_, [&](const auto& entry) {
    if (entry.second.client != client) return false;
    for (const auto write : entry.second.writes) history_.abandoned(write);
    return true;
  });
  deliver_(clients_[client].host, node::LocalCancel{gone});
  clients_[client].id.value += 1'000'000;
  act_later(client);
}

void Clients::submit(std::size_t client, node::LocalCall call, Call record) {
  call.client = clients_[client].id;
  call.ticket = ++tickets_;
  calls_.emplace(call.ticket, std::move(record));
  deliver_(clients_[client].host, std::move(call));
}

void Clients::on_reply(std::size_t host, const node::Reply& reply, std::uint64_t batches_written) {
  auto node = calls_.extract(reply.ticket);
  if (node.empty()) return;  // The client has left.
  const auto& call = node.mapped();
  if (std::holds_alternative<node::Refused>(reply.reply)) {
    ++refused_;
    for (const auto write : call.writes) history_.refused(write);
  } else if (const auto* answer = std::get_if<node::Answer>(&reply.reply)) {
    acknowledged_ += call.writes.size();
    for (const auto write : call.writes) history_.acknowledged(write, batches_written);
    const bool has_read = !call.read_key.empty() && !answer->bytes.empty();
    if (has_read) reads_.on_read(history_, host, call.read_key, answer->bytes);
  }
  if (call.client < clients_.size()) act_later(call.client);
}

void Clients::on_host_down(std::size_t host, std::uint64_t batches_left, bool has_lost_power) {
  up_[host] = false;
  history_.on_down(host, batches_left);
  if (has_lost_power) reads_.on_power_loss(host);
  std::erase_if(calls_, [&](const auto& entry) {
    const auto& call = entry.second;
    if (call.host != host) return false;
    if (call.client < clients_.size()) act_later(call.client);
    return true;
  });
}

}
