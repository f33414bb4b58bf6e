#include "config/flags.h"

#include <doctest/doctest.h>

namespace starling::config {
namespace {

std::string error_of(std::vector<std::string> arguments) {
  const auto flags = parse_flags(std::move(arguments));
  return flags ? "" : flags.error().detail;
}

}

TEST_CASE("no argument means run, without a file") {
  const auto flags = parse_flags({});
  REQUIRE(flags);
  CHECK(flags->act == Act::run);
  CHECK_FALSE(flags->config_file);
  CHECK(flags->assignments.empty());
}

TEST_CASE("every setting is a flag, a list with commas, a boolean with or without its value") {
  const auto flags = parse_flags({"--config", "f.toml", "--resp-ack=durable", "--name", "edge-a",
                                  "--peers-seeds", "a:1,b:2", "--peers-insecure-peers",
                                  "--resp-allow-flush=false", "--resp-max-clients", "9"});
  REQUIRE(flags);
  CHECK(flags->config_file == "f.toml");
  REQUIRE(flags->assignments.size() == 6);  // In the order of the catalogue.
  CHECK(flags->assignments.at(0).value == Written{Shape::text, "edge-a", {}});
  CHECK(flags->assignments.at(1).place == "--resp-ack");
  CHECK(flags->assignments.at(1).source == Source::flag);
  CHECK(flags->assignments.at(2).value == Written{Shape::number, "9", {}});
  CHECK(flags->assignments.at(3).value == Written{Shape::boolean, "false", {}});
  CHECK(flags->assignments.at(4).value == Written{Shape::boolean, "true", {}});
  CHECK(flags->assignments.at(5).value == Written{Shape::list, {}, {"a:1", "b:2"}});
}

TEST_CASE("a flag that is given empty is given") {
  const auto flags = parse_flags({"--resp-socket", ""});
  REQUIRE(flags);
  REQUIRE(flags->assignments.size() == 1);
  CHECK(flags->assignments.at(0).value == Written{Shape::text, "", {}});
}

TEST_CASE("what is asked for is known") {
  CHECK(parse_flags({"--print-config"})->act == Act::print_config);
  CHECK(parse_flags({"check-config"})->act == Act::check_config);
  CHECK(parse_flags({"--version"})->act == Act::version);
  const auto checking = parse_flags({"check-config", "--config", "f.toml"});
  CHECK(checking->act == Act::check_config);
  CHECK(checking->config_file == "f.toml");
}

TEST_CASE("help names every kind of flag and no value of one") {
  const auto flags = parse_flags({"--help"});
  REQUIRE(flags);
  CHECK(flags->act == Act::help);
  for (const auto* word : {"--config", "check-config", "--resp-ack", "--peers-insecure-peers"}) {
    CAPTURE(word);
    CHECK(flags->help.contains(word));
  }
}

TEST_CASE("mistakes on the command line are told in one line") {
  CHECK(error_of({"--resp-acks", "fast"}) == "--resp-acks: no such flag; did you mean --resp-ack?");
  CHECK(error_of({"--resp-acks=fast"}) == "--resp-acks: no such flag; did you mean --resp-ack?");
  CHECK(error_of({"chek-config"}) == "chek-config: no such flag; did you mean check-config?");
  CHECK(error_of({"check-config", "frobnicate"}) == "frobnicate: no such flag");
  CHECK_FALSE(error_of({"--config"}).empty());
  CHECK(error_of({"--config"}).find('\n') == std::string::npos);
}

}
