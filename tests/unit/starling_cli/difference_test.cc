#include "tools/starling/difference.h"

#include <doctest/doctest.h>

namespace starling::cli {
namespace {

const Names names{"edge-a", "edge-d"};

Difference item(const std::string& json) {
  const auto parsed = parse_item(json);
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->difference.has_value());
  return *parsed->difference;
}

Side written(std::uint64_t age_ms, const std::string& origin, const std::string& hlc = "0+0") {
  return {.hlc = hlc, .origin = origin, .age_ms = age_ms, .bytes = 3};
}
Side deleted(std::uint64_t age_ms, const std::string& origin) {
  auto side = written(age_ms, origin);
  side.is_tombstone = true;
  return side;
}

const Difference differing{.op = "differ",
                           .key = "cfg:rate-limit",
                           .a = written(2'000, "edge-a", "1795514645120+0"),
                           .b = written(1'500, "edge-d", "1795514645133+0")};

}

TEST_CASE("each finding has its sign") {
  const std::vector<std::pair<std::string, char>> signs{{"only_a", '<'},     {"only_b", '>'},
                                                        {"differ", '*'},     {"tombstone", 't'},
                                                        {"same_stamp", '?'}, {"unknown", '!'}};
  for (const auto& [op, sign] : signs) {
    CAPTURE(op);
    CHECK(Difference{.op = op, .key = "k", .a = {}, .b = {}}.sign() == sign);
  }
}

TEST_CASE("a finding tells its story") {
  const Difference only{.op = "only_a", .key = "k", .a = written(9'800, "edge-a"), .b = {}};
  CHECK(story(only, names) == "only on edge-a   written 9.8 s ago by edge-a");
  const Difference grave{.op = "only_b", .key = "k", .a = {}, .b = deleted(9'800, "edge-a")};
  CHECK(story(grave, names) == "deletion only on edge-d   written 9.8 s ago by edge-a");
  CHECK(story(differing, names) == "a: 10:04:05.120 edge-a  →  b: 10:04:05.133 edge-d, 1.5 s ago");
}

TEST_CASE("the older side stands before the newer") {
  auto turned = differing;
  turned.does_a_win = true;
  CHECK(story(turned, names).starts_with("b: 10:04:05.133 edge-d  →  a: "));
}

TEST_CASE("a deletion against a value says which of them is the newer") {
  Difference difference{.op = "tombstone",
                        .key = "k",
                        .a = written(20'000, "edge-a"),
                        .b = deleted(11'000, "edge-d")};
  CHECK(story(difference, names) == "deleted on edge-d 11 s ago, still live on edge-a");
  difference.does_a_win = true;
  CHECK(story(difference, names) == "deleted on edge-d 11 s ago, written anew on edge-a");
}

TEST_CASE("equal stamps over other bytes are corruption, and what lacks sides is not compared") {
  auto corrupt = differing;
  corrupt.op = "same_stamp";
  CHECK(story(corrupt, names).contains("corruption"));
  CHECK(story({.op = "unknown", .key = "k", .a = {}, .b = {}}, names) == "could not be compared");
  CHECK(story({.op = "differ", .key = "k", .a = {}, .b = {}}, names) == "could not be compared");
}

TEST_CASE("keys are padded to the longest and escaped") {
  const Side side = written(1'000, "edge-a");
  const auto shown = lines({{.op = "only_a", .key = "a", .a = side, .b = {}},
                            {.op = "only_a", .key = "\x1b[2J", .a = side, .b = {}}},
                           names);
  CHECK(shown.at(0) == " <  a         only on edge-a   written 1.0 s ago by edge-a");
  CHECK(shown.at(1) == " <  \\x1b[2J   only on edge-a   written 1.0 s ago by edge-a");
}

TEST_CASE("values stand below their key, and who cannot show one says so") {
  auto difference = differing;
  difference.value_a = "100\n";
  const auto shown = lines({difference}, names);
  CHECK(shown.at(1) == "      a: 4 B   100\\n");
  CHECK(shown.at(2).starts_with("      b: 3 B   on edge-d, which alone can show it"));
}

TEST_CASE("the headline has count and age together") {
  Summary summary{.a = "edge-a",
                  .b = "edge-d",
                  .cut = 1'795'514'646,
                  .leaves = 2'006,
                  .leaves_differ = 3,
                  .keys_differ = 3,
                  .in_flight = 38,
                  .round_trips = 3,
                  .bytes = 6'348,
                  .took_ms = 900,
                  .oldest_ms = 11'000};
  CHECK(headline(summary) ==
        "edge-a … edge-d   cut 10:04:06   2,006 leaves, 3 differ   3 keys differ, oldest 11 s, "
        "38 in flight   3 round trips, 0.9 s, 6.2 KiB");
  summary.keys_differ = 0;
  CHECK(headline(summary).contains("   0 keys differ, 38 in flight"));
}

TEST_CASE("a key that is not UTF-8 stays itself through JSON") {
  const auto difference =
      item(R"({"type":"key","op":"only_b","key_b64":"//4=","b":{"hlc":"5+0","origin":"edge-d",)"
           R"("age_ms":7,"bytes":1,"tombstone":false,"expiry":0},"winner":"b"})");
  CHECK(difference.key == "\xff\xfe");
  CHECK(difference.age_ms() == 7);
  const auto text = to_json(difference);
  CHECK(text.contains(R"("key_b64":"//4=")"));
  CHECK(item(text).key == difference.key);
}

TEST_CASE("a summary is equal only when nothing differs and nothing went wrong") {
  const auto parsed = parse_item(R"({"type":"summary","a":"x","b":"y","keys_differ":0,)"
                                 R"("trouble":"no link"})");
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->summary.has_value());
  CHECK_FALSE(parsed->summary->is_equal());
  CHECK(to_json(*parsed->summary).contains(R"("trouble":"no link")"));
  CHECK(Summary{}.is_equal());
}

TEST_CASE("nonsense from a node is refused") {
  for (const auto* wrong : {"", "{}", "[]", "7", R"({"type":"key"})", R"({"type":"key","op":3})",
                            R"({"type":"key","key_b64":"*"})", "{\"type\":\"key\",\"key\":"}) {
    CAPTURE(wrong);
    const auto parsed = parse_item(wrong);
    if (parsed) CHECK(parsed->difference->key.empty());  // A key may be empty, a report not.
  }
}

TEST_CASE("a plain row has a field for each side, empty when there is none") {
  const Difference only{.op = "only_a", .key = "k\t", .a = written(5, "edge-a", "9+1"), .b = {}};
  CHECK(plain_row(only) ==
        std::vector<std::string>{"<", "k\\t", "only_a", "9+1", "edge-a", "", "", "5"});
}

}
