// diff: the node compares itself with a peer and streams what it finds; this formats it. Of a
// stream of any length only the keys to be shown are kept.

#include <algorithm>
#include <chrono>
#include <utility>

#include "tools/starling/difference.h"
#include "tools/starling/orders.h"
#include "tools/starling/roster.h"
#include "tools/starling/text.h"

namespace starling::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t keys_shown_to_people = 20;

// Two members, and which of them this program talks to.
struct Pair {
  const Member& a;
  const Member& b;
  Names names{escaped(a.name), escaped(b.name)};
};

Outcome<const Member*> member_called(const Roster& roster, const std::string& side) {
  if (const auto* const member = roster.find(side)) return member;
  return trouble("no member is called " + escaped(side) + ", nor listens there for peers",
                 "starling members");
}

// One side: the node that is asked with it.
Outcome<Pair> resolve(const Roster& roster, const std::vector<std::string>& sides) {
  const auto* const self = roster.self();
  if (self == nullptr) return trouble("the node is not ready yet", "starling status");
  const auto a = sides.size() == 1 ? Outcome<const Member*>{self} : member_called(roster, sides[0]);
  if (!a) return std::unexpected(a.error());
  const auto b = member_called(roster, sides.back());
  if (!b) return std::unexpected(b.error());
  if (*a == *b) {
    return trouble(
        escaped(sides.back()) +
            (sides.size() == 1 ? " is the node that was asked" : " stands on both sides") +
            "; there is nothing to compare",
        "starling members, then starling diff with another of them");
  }
  return Pair{**a, **b};
}

class Comparison {
 public:
  Comparison(const Diff& order, const Pair& pair, Desk desk)
      : order_{order}, pair_{pair}, desk_{desk} {
    const bool is_for_people = desk_.output.shape() == Shape::people;
    const auto usual = is_for_people ? keys_shown_to_people : SIZE_MAX;
    keys_max_ = order.is_stat ? 0 : order.keys_max.value_or(usual);
  }

  Outcome<Summary> run() {
    auto client = Client::connect(desk_.access);
    if (!client) return std::unexpected(client.error());
    if (order_.has_values) {
      auto second = Client::connect(desk_.access);  // The first is busy with the stream.
      if (!second) return std::unexpected(second.error());
      values_ = *std::move(second);
    }
    if (auto on = client->ask({"STARLING", "STREAM", "ON"}); !on) {
      return std::unexpected(on.error());
    }
    std::vector<std::string> words{"STARLING", "DIFF", pair_.a.id, pair_.b.id};
    if (!order_.prefix.empty()) {
      words.push_back("PREFIX");
      words.push_back(order_.prefix);
    }
    if (auto sent = client->send(words); !sent) return std::unexpected(sent.error());
    auto summary = follow(*client);
    desk_.output.end_progress();
    return summary;
  }

  const std::vector<Difference>& kept() const { return kept_; }
  std::uint64_t left_out(const Summary& summary) const {
    return summary.keys_differ - std::min<std::uint64_t>(summary.keys_differ, shown_);
  }

 private:
  Outcome<Summary> follow(Client& client) {
    for (;;) {
      auto reply = client.receive([this] { show_progress(); });
      if (!reply) return std::unexpected(reply.error());
      if (reply->kind == Reply::Kind::error) {
        return std::unexpected(trouble_of_error(reply->text));
      }
      auto item = parse_item(reply->text);
      if (!item) return std::unexpected(item.error());
      if (item->summary) return finished(*std::move(item->summary));
      if (auto taken = take(*std::move(item->difference)); !taken) {
        return std::unexpected(taken.error());
      }
    }
  }

  Outcome<void> take(Difference difference) {
    ++found_;
    oldest_ms_ = std::max(oldest_ms_, difference.age_ms());
    if (shown_ >= keys_max_) return {};
    ++shown_;
    if (values_) {
      if (auto asked = ask_value(difference); !asked) return asked;
    }
    switch (desk_.output.shape()) {
      case Shape::json:
        desk_.output.line(to_json(difference));
        break;
      case Shape::plain:
        desk_.output.table({}, {plain_row(difference)});
        break;
      case Shape::people:
        kept_.push_back(std::move(difference));
    }
    return {};
  }

  // The node that is asked shows its own, if it is one of the two.
  Outcome<void> ask_value(Difference& difference) {
    const bool is_a = pair_.a.is_self;
    const auto& side = is_a ? difference.a : difference.b;
    if ((!is_a && !pair_.b.is_self) || !side || side->is_tombstone) return {};
    auto value = values_->ask({"GET", difference.key});
    if (!value) return std::unexpected(value.error());
    if (value->kind != Reply::Kind::text) return {};
    (is_a ? difference.value_a : difference.value_b) = std::move(value->text);
    return {};
  }

  Summary finished(Summary summary) const {
    summary.oldest_ms = oldest_ms_;
    return summary;
  }

  void show_progress() {
    const auto took = std::chrono::duration_cast<Milliseconds>(Clock::now() - start_);
    desk_.output.progress(pair_.names.a + " … " + pair_.names.b + ": comparing for " +
                          took_text(took) + ", " + plural(found_, "key differs", "keys differ") +
                          " so far");
  }

  const Diff& order_;
  const Pair& pair_;
  Desk desk_;
  std::size_t keys_max_ = 0;
  std::optional<Client> values_;
  std::vector<Difference> kept_;
  std::uint64_t found_ = 0;
  std::uint64_t shown_ = 0;
  std::uint64_t oldest_ms_ = 0;
  Clock::time_point start_ = Clock::now();
};

std::string painted(const Output& output, const std::string& line) {
  switch (line[1]) {
    case '?':
    case '!':
      return output.painted(Paint::bad, line);
    case ' ':
      return output.painted(Paint::dim, line);
    default:
      return line;
  }
}

void show(const Comparison& comparison, const Summary& summary, const Pair& pair, Desk desk) {
  auto& output = desk.output;
  if (output.is_json()) return output.line(to_json(summary));
  if (output.is_plain()) return;
  output.line(output.painted(Paint::strong, headline(summary)));
  for (const auto& line : lines(comparison.kept(), pair.names)) {
    output.line(painted(output, line));
  }
  if (const auto rest = comparison.left_out(summary); rest > 0) {
    output.line("    … and " + plural(rest, "more key", "more keys") +
                ": --limit N shows N, --json all");
  }
  if (!summary.is_equal()) {
    output.next("starling check --all --within 30s        starling diff " +
                (pair.a.is_self ? "" : pair.names.a + " ") + pair.names.b + " --values");
  }
}

// The reason stands in the summary; partial results have been shown.
Trouble trouble_of(const Summary& summary, const Pair& pair) {
  const bool is_linkless = summary.trouble.starts_with("no link");
  return {pair.names.a + " … " + pair.names.b + " could not be compared: " + summary.trouble,
          is_linkless ? "starling members" : "the same again; starling status"};
}

std::vector<std::string> stat_row(const std::string& peer, const Summary& summary) {
  if (!summary.trouble.empty()) return {peer, "?", "?", "?", escaped(summary.trouble)};
  const auto oldest = summary.keys_differ == 0 ? "–" : age_text(Milliseconds{summary.oldest_ms});
  return {peer, grouped(summary.leaves_differ), grouped(summary.keys_differ), oldest,
          size_text(summary.bytes) + ", " + took_text(Milliseconds{summary.took_ms})};
}

Outcome<std::vector<Pair>> pairs_of(const Diff& order, const Roster& roster) {
  if (!order.is_with_all) {
    auto pair = resolve(roster, order.sides);
    if (!pair) return std::unexpected(pair.error());
    return std::vector{*std::move(pair)};
  }
  std::vector<Pair> pairs;
  for (const auto& member : roster.members) {
    if (member.is_self || member.state == "left") continue;
    auto pair = resolve(roster, {member.id});
    if (!pair) return std::unexpected(pair.error());
    pairs.push_back(*std::move(pair));
  }
  return pairs;
}

}

Outcome<Exit> run(const Diff& order, Desk desk) {
  auto client = Client::connect(desk.access);
  if (!client) return std::unexpected(client.error());
  const auto roster = ask_roster(*client);
  if (!roster) return std::unexpected(roster.error());
  const auto pairs = pairs_of(order, *roster);
  if (!pairs) return std::unexpected(pairs.error());

  auto worst = Exit::yes;
  std::vector<std::vector<std::string>> rows;
  for (const auto& pair : *pairs) {
    Comparison comparison{order, pair, desk};
    const auto summary = comparison.run();
    if (!summary) return std::unexpected(summary.error());
    if (order.is_stat && !desk.output.is_json()) {
      rows.push_back(stat_row(pair.names.b, *summary));
    } else if (summary->trouble.empty() || desk.output.is_json()) {
      show(comparison, *summary, pair, desk);
    }
    if (!summary->trouble.empty()) {
      desk.output.flush();
      complain(trouble_of(*summary, pair));
      worst = Exit::trouble;
    } else if (!summary->is_equal()) {
      worst = std::max(worst, Exit::no);
    }
  }
  if (!rows.empty()) desk.output.table({"MEMBER", "LEAVES", "KEYS", "OLDEST", "COST"}, rows);
  return worst;
}

}
