#include <doctest/doctest.h>

#include <string>

#include "unit/api/fake_node.h"

namespace starling::api {
namespace {

using testing::bulk;
using testing::Desk;
using testing::noon_ms;

core::RecordHead head(std::uint64_t ms, std::uint64_t origin, bool tombstone = false) {
  return {.stamp = {core::Hlc::from_ms(ms), core::NodeId{origin}}, .tombstone = tombstone};
}

node::MemberStatus member(std::uint64_t id, const std::string& name) {
  node::MemberStatus made;
  made.id = core::NodeId{id};
  made.name = name;
  return made;
}

void give_two_members(Desk& desk) {
  desk.node.status.id = core::NodeId{1};
  desk.node.status.name = "edge-a";
  desk.node.status.members = {member(1, "edge-a"), member(2, "edge-b")};
  desk.node.status.members[0].is_self = true;
}

void give_a_difference(Desk& desk) {
  node::CompareSummary summary;
  summary.from_name = "edge-a";
  summary.peer_name = "edge-b";
  summary.keys_differ = 3;
  summary.bytes_sent = 10;
  summary.bytes_received = 20;
  desk.node.comparison = {
      node::CompareEntry{core::encode_key("cfg"), head(noon_ms - 1000, 1), head(noon_ms - 500, 9),
                         3, 4},
      node::CompareEntry{core::encode_key("gone"), head(noon_ms, 2, true), head(noon_ms - 1, 2), 0,
                         4},
      node::CompareEntry{core::encode_key("\xff"), head(noon_ms, 1), std::nullopt, 5, 0}, summary};
}

const std::string differ_line =
    R"({"type":"key","op":"differ","key":"cfg",)"
    R"("a":{"hlc":"1799999999000+0","origin":"edge-a","age_ms":1000,"bytes":3,"tombstone":false,"expiry":0},)"
    R"("b":{"hlc":"1799999999500+0","origin":"0000000000000009","age_ms":500,"bytes":4,"tombstone":false,"expiry":0},)"
    R"("winner":"b"})";

TEST_CASE("DIFF answers one array, the summary last") {
  Desk desk;
  give_two_members(desk);
  give_a_difference(desk);
  const auto heard = desk.ask("STARLING DIFF edge-b");
  CHECK(heard.starts_with("*4\r\n" + bulk(differ_line)));
  CHECK(heard.find(R"("op":"tombstone","key":"gone")") != std::string::npos);
  CHECK(heard.find(R"("op":"only_a","key_b64":"/w==")") != std::string::npos);
  CHECK(heard.find(R"({"type":"summary","a":"edge-a","b":"edge-b")") != std::string::npos);
  CHECK(heard.find(R"("keys_differ":3,)") != std::string::npos);
  CHECK(heard.find(R"("bytes":30,)") != std::string::npos);
  CHECK(heard.find(R"("equal":false)") != std::string::npos);
  CHECK(desk.node.compared == core::all_users());
}

TEST_CASE("DIFF takes a prefix and a limit, among names in any order") {
  Desk desk;
  give_two_members(desk);
  give_a_difference(desk);
  CHECK(desk.ask("STARLING DIFF PREFIX cfg LIMIT 1 edge-a edge-b").starts_with("*2\r\n"));
  CHECK(desk.node.compared == core::range_of_prefix("cfg"));
  CHECK(desk.ask("STARLING DIFF edge-b LIMIT x") ==
        "-ERR value is not an integer or out of range\r\n");
  CHECK(desk.ask("STARLING DIFF LIMIT 1") == "-ERR syntax error\r\n");
}

TEST_CASE("DIFF starts here, from the first of two names, or FROM whom it says") {
  Desk desk;
  give_two_members(desk);
  give_a_difference(desk);
  const auto from = [&desk](const std::string& line) {
    desk.node.compared_from = "(not asked)";
    desk.ask(line);
    return desk.node.compared_from;
  };
  CHECK(from("STARLING DIFF edge-b") == "");
  CHECK(from("STARLING DIFF edge-b edge-c") == "edge-b");
  CHECK(from("STARLING DIFF FROM edge-b edge-c") == "edge-b");
  CHECK(from("STARLING DIFF edge-c LIMIT 1 from edge-b") == "edge-b");
  CHECK(desk.ask("STARLING DIFF a b c") == "-ERR syntax error\r\n");
  CHECK(desk.ask("STARLING DIFF FROM a b c") == "-ERR syntax error\r\n");
  CHECK(desk.ask("STARLING DIFF FROM a") == "-ERR syntax error\r\n");
}

TEST_CASE("with STREAM ON each entry is a reply of its own, as it comes") {
  Desk desk;
  give_two_members(desk);
  give_a_difference(desk);
  CHECK(desk.ask("STARLING STREAM ON") == "+OK\r\n");
  const auto summary = desk.node.comparison.back();
  desk.node.comparison.pop_back();
  const auto heard = desk.ask("STARLING DIFF edge-b");
  CHECK(heard.starts_with(bulk(differ_line) + "$"));
  CHECK(desk.say(Desk::encode({"PING"})).empty());  // Not before the comparison has ended.
  desk.node.answers.emplace_back(desk.node.compare_ticket, summary);
  const auto rest = desk.hear();
  CHECK(rest.find("\"type\":\"summary\"") != std::string::npos);
  CHECK(rest.ends_with("+PONG\r\n"));
}

TEST_CASE("a trouble of the comparison stands in its summary") {
  Desk desk;
  node::CompareSummary summary;
  summary.trouble = "edge-z is not a member";
  desk.node.comparison = {summary};
  const auto heard = desk.ask("STARLING DIFF edge-z");
  CHECK(heard.find("\"equal\":false") != std::string::npos);
  CHECK(heard.find("\"trouble\":\"edge-z is not a member\"") != std::string::npos);
}

TEST_CASE("CHECK is equal when every other member is alive and was equal when last compared") {
  Desk desk;
  give_two_members(desk);
  desk.node.status.root = merkle::Summary{};
  const auto is_equal = [&desk] {
    return desk.ask("STARLING CHECK").find("\"equal\":true") != std::string::npos;
  };
  CHECK_FALSE(is_equal());
  auto& peer = desk.node.status.members[1];
  peer.equal_at = core::Cut{77};
  CHECK(is_equal());
  CHECK(desk.ask("STARLING CHECK").find("\"equal_at\":77") != std::string::npos);
  peer.differs = true;
  CHECK(desk.ask("STARLING CHECK").find(R"("why":"differs")") != std::string::npos);
  peer.differs = false;
  peer.state = membership::MemberState::dead;
  CHECK(desk.ask("STARLING CHECK").find(R"("why":"dead")") != std::string::npos);
  peer.state = membership::MemberState::left;
  CHECK(is_equal());
}

TEST_CASE("STATUS and MEMBERS are JSON") {
  Desk desk;
  give_two_members(desk);
  const auto status = desk.ask("STARLING STATUS");
  CHECK(status.find(R"({"type":"status","id":"0000000000000001","name":"edge-a")") !=
        std::string::npos);
  CHECK(status.find(R"("root":null)") != std::string::npos);
  CHECK(desk.ask("starling members").find(R"("name":"edge-b")") != std::string::npos);
}

TEST_CASE("ACK, FREEZE and THAW") {
  Desk desk;
  desk.ask("SET a 1");
  CHECK(desk.node.last_ack == node::Ack::fast);
  CHECK(desk.ask("STARLING ACK durable") == "+OK\r\n");
  desk.ask("SET a 1");
  CHECK(desk.node.last_ack == node::Ack::durable);
  CHECK(desk.ask("STARLING ACK perhaps") == "-ERR syntax error\r\n");
  CHECK(desk.ask("STARLING FREEZE") == "+OK\r\n");
  CHECK(desk.ask("STARLING THAW") == "+OK\r\n");
  CHECK(desk.node.acts == std::vector{node::LocalAdmin::Act::freeze, node::LocalAdmin::Act::thaw});
  CHECK(desk.ask("STARLING HELP nonsense") == "-ERR no such topic; there are: counters, types\r\n");
  CHECK(desk.ask("STARLING FOO") == "-ERR unknown subcommand 'FOO'. Try STARLING HELP.\r\n");
}

}
}
