#pragma once
// A node as the API sees it: records in a map, a clock that stands still, answers when the test
// says so. And a client that says bytes and hears bytes.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/connection.h"
#include "api/service.h"
#include "core/key.h"

namespace starling::api::testing {

inline constexpr std::uint64_t noon_ms = 1'800'000'000'000;

class FakeNode final : public node::Transaction {
 public:
  World world() {
    return {.submit = [this](node::Event event) { on_event(std::move(event)); },
            .status = [this] { return status; },
            .now =
                [this] {
                  return core::Now{core::Instant{core::Duration{now * 1'000'000}},
                                   core::WallTime{static_cast<std::int64_t>(now)}};
                },
            .resident_bytes = [] { return std::uint64_t{12'345'678}; }};
  }

  // ---- what a test arranges
  std::uint64_t now = noon_ms;
  std::optional<node::Refusal> refuses;
  std::set<core::Bytes> cold;  // Encoded keys whose read has to wait for thaw().
  node::Status status;
  std::vector<node::LocalReply> comparison;  // What a LocalCompare is answered.

  // ---- what it looks at
  std::vector<std::pair<std::uint64_t, node::LocalReply>> answers;  // Not fetched yet.
  std::size_t writes = 0;
  std::size_t calls = 0;
  node::Ack last_ack = node::Ack::fast;
  std::vector<node::LocalAdmin::Act> acts;
  core::Range compared;
  std::string compared_from;
  std::uint64_t compare_ticket = 0;

  void thaw() {
    cold.clear();
    for (auto& call : std::exchange(parked_, {})) run(std::move(call));
  }

  void put_user(core::BytesView key, core::BytesView value, std::uint64_t expiry_ms = 0) {
    put(core::encode_key(key), value, expiry_ms);
  }
  std::optional<std::string> value_of(core::BytesView key) {
    const auto* record = get(core::encode_key(key));
    return record == nullptr ? std::nullopt : std::optional{record->value};
  }

  // ---- node::Transaction
  const core::Record* get(core::BytesView key) override {
    const auto found = records_.find(key);
    if (found == records_.end() || !found->second.head.is_live(now)) return nullptr;
    return &found->second;
  }
  void put(core::BytesView key, core::BytesView value, std::uint64_t expiry_ms) override {
    ++writes;
    core::Record record;
    record.head.stamp = {core::Hlc{++stamps_}, core::NodeId{1}};
    record.head.expiry_ms = expiry_ms;
    record.value = value;
    records_.insert_or_assign(core::Bytes{key}, std::move(record));
  }
  bool erase(core::BytesView key) override {
    if (get(key) == nullptr) return false;
    ++writes;
    records_.erase(records_.find(key));
    return true;
  }
  std::uint64_t now_ms() const override { return now; }

 private:
  void on_event(node::Event event) {
    if (auto* call = std::get_if<node::LocalCall>(&event)) return on_call(std::move(*call));
    if (const auto* scan = std::get_if<node::LocalScan>(&event)) return on_scan(*scan);
    if (const auto* compare = std::get_if<node::LocalCompare>(&event)) {
      compared = compare->range;
      compared_from = compare->from;
      compare_ticket = compare->ticket;
      for (const auto& reply : comparison) answers.emplace_back(compare->ticket, reply);
    }
    if (const auto* admin = std::get_if<node::LocalAdmin>(&event)) {
      acts.push_back(admin->act);
      answers.emplace_back(admin->ticket, node::Done{});
    }
  }

  void on_call(node::LocalCall call) {
    ++calls;
    if (refuses) return answers.emplace_back(call.ticket, node::Refused{*refuses}), void();
    for (const auto& key : call.keys) {
      if (cold.contains(key)) return parked_.push_back(std::move(call));
    }
    run(std::move(call));
  }

  void run(node::LocalCall call) {
    last_ack = call.ack;
    answers.emplace_back(call.ticket, node::Answer{call.body(*this)});
  }

  void on_scan(const node::LocalScan& scan) {
    node::Scanned scanned;
    auto at = records_.lower_bound(scan.range.begin);
    for (std::size_t looked = 0; looked < scan.records_max; ++looked, ++at) {
      if (at == records_.end() || at->first >= scan.range.end) break;
      if (at->second.head.is_live(now)) scanned.live.push_back({at->first, at->second.head});
    }
    if (at != records_.end() && at->first < scan.range.end) {
      scanned.rest = {at->first, scan.range.end};
    }
    answers.emplace_back(scan.ticket, std::move(scanned));
  }

  std::map<core::Bytes, core::Record, std::less<>> records_;
  std::vector<node::LocalCall> parked_;
  std::uint64_t stamps_ = 0;
};

// A server without sockets, and one client of it.
class Desk {
 public:
  explicit Desk(RespSettings settings = {}, Door door = Door::tcp)
      : service{std::move(settings), node.world()},
        client{std::make_unique<Connection>(service, door, "127.0.0.1:5000", "127.0.0.1:7379")} {}

  // Says raw bytes and hears what comes back, after everything that can be answered has been.
  std::string say(core::BytesView bytes) {
    client->receive(bytes);
    return hear();
  }

  std::string hear() {
    do {
      for (auto& [ticket, answer] : std::exchange(node.answers, {})) {
        client->on_reply(ticket, std::move(answer));
      }
      heard_ += client->take_output();
      if (client->can_resume()) client->resume();
    } while (!node.answers.empty() || client->can_resume());
    heard_ += client->take_output();
    return std::exchange(heard_, {});
  }

  // Says one command: words between spaces.
  std::string ask(const std::string& line) { return say(encode(words_of(line))); }
  std::string ask_words(const std::vector<std::string>& words) { return say(encode(words)); }

  static std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words(1);
    for (const char byte : line) {
      if (byte == ' ') {
        words.emplace_back();
      } else {
        words.back() += byte;
      }
    }
    return words;
  }

  static std::string encode(const std::vector<std::string>& words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const auto& word : words) {
      bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
  }

  FakeNode node;
  Service service;
  std::unique_ptr<Connection> client;

 private:
  std::string heard_;
};

inline std::string bulk(core::BytesView bytes) {
  return "$" + std::to_string(bytes.size()) + "\r\n" + std::string{bytes} + "\r\n";
}

}
