#include "config/load.h"

#include <doctest/doctest.h>

#include "unit/config/temporary_file.h"

namespace starling::config {
namespace {

using testing::TemporaryFile;
using Environment = std::map<std::string, std::string>;

const std::string peerless = "name = \"edge-a\"\n[peers]\ninsecure_peers = true\n";

core::Result<Orders> load_with(const std::string& text, std::vector<std::string> arguments = {},
                               Environment environment = {}) {
  const TemporaryFile file{text};
  arguments.insert(arguments.end(), {"--config", file.path()});
  auto orders = load({std::move(arguments), std::move(environment), "1.2.3"});
  if (orders) return orders;
  auto error = orders.error();
  // So that expectations can name the file.
  for (auto at = error.detail.find(file.path()); at != std::string::npos;
       at = error.detail.find(file.path())) {
    error.detail.replace(at, file.path().size(), "starling.toml");
  }
  return std::unexpected(error);
}

std::string error_of(const std::string& text, std::vector<std::string> arguments = {},
                     Environment environment = {}) {
  const auto orders = load_with(text, std::move(arguments), std::move(environment));
  if (orders) return "";
  CHECK(orders.error().code == core::Errc::bad_setting);
  CHECK(orders.error().detail.find('\n') == std::string::npos);
  return orders.error().detail;
}

bool warns_of(const core::Result<Orders>& orders, std::string_view words) {
  REQUIRE(orders);
  for (const auto& warning : orders->warnings) {
    if (warning.contains(words)) return true;
  }
  return false;
}

}

TEST_CASE("defaults are those of the documentation") {
  const auto orders = load_with(peerless);
  REQUIRE(orders);
  const auto& settings = orders->settings;
  CHECK(settings.name == "edge-a");
  CHECK(settings.data_dir == "/var/lib/starling");
  CHECK(settings.memory_bytes == 96 * 1024 * 1024);
  CHECK(settings.resp.socket == "/run/starling/resp.sock");
  CHECK(settings.resp.socket_mode == 0660);
  REQUIRE(settings.resp.listen.size() == 1);
  CHECK(settings.resp.listen.at(0).to_text() == "127.0.0.1:7379");
  CHECK(settings.resp.ack == node::Ack::fast);
  CHECK(settings.resp.value_bytes_max == 1024 * 1024);
  CHECK(settings.resp.clients_max == 1000);
  CHECK_FALSE(settings.resp.password);
  CHECK_FALSE(settings.resp.allow_flush);
  CHECK(settings.admin.listen.to_text() == "127.0.0.1:7380");
  CHECK(settings.peers.listen.to_text() == "127.0.0.1:7381");
  CHECK(settings.peers.cluster == "starling");
  CHECK(settings.peers.seeds.empty());
  CHECK(settings.peers.repair_bytes_per_second == 4 * 1024 * 1024);
  CHECK(settings.log.level == core::Severity::info);
  CHECK(settings.log.format == LogFormat::logfmt);
  CHECK_FALSE(orders->to_print);
}

TEST_CASE("flags beat the environment, which beats the file, which beats defaults") {
  const auto text = peerless + "[resp]\nack = \"durable\"\nmax_clients = 1\nvalue_max = \"2MiB\"\n";
  const auto orders =
      load_with(text, {"--resp-max-clients", "3"},
                {{"STARLING_RESP_MAX_CLIENTS", "2"}, {"STARLING_RESP_ACK", "fast"}});
  REQUIRE(orders);
  CHECK(orders->settings.resp.clients_max == 3);
  CHECK(orders->settings.resp.ack == node::Ack::fast);
  CHECK(orders->settings.resp.value_bytes_max == 2 * 1024 * 1024);
}

TEST_CASE("no file is needed") {
  const auto orders = load({{},
                            {{"STARLING_NAME", "edge-a"},
                             {"STARLING_PEERS_INSECURE_PEERS", "true"},
                             {"STARLING_PEERS_SEEDS", "edge-b:7381,edge-c:7381"}},
                            "1"});
  REQUIRE(orders);
  CHECK(orders->settings.peers.seeds == std::vector<std::string>{"edge-b:7381", "edge-c:7381"});
}

TEST_CASE("a mistake is told with its place, its setting and what is allowed") {
  CHECK(error_of(peerless + "[resp]\nmax_clients = \"many\"\n") ==
        "starling.toml:5: [resp] max_clients: \"many\" is not a whole number (1 to 100000)");
  CHECK(error_of("name = 7") == "starling.toml:1: name: 7 is not a name of 1 to 64 bytes");
  CHECK(error_of("memory = 1.5\n" + peerless) ==
        "starling.toml:1: memory: a floating is not a size from 32MiB to 1TiB, such as \"96MiB\"");
  CHECK(error_of(peerless, {"--resp-ack", "slow"}) ==
        "--resp-ack: [resp] ack: \"slow\" is not \"fast\" or \"durable\"");
  CHECK(error_of(peerless, {}, {{"STARLING_PEERS_INSECURE_PEERS", "yes"}}) ==
        "STARLING_PEERS_INSECURE_PEERS: [peers] insecure_peers: \"yes\" is not true or false");
  CHECK(error_of("") == "name: missing; give a name of 1 to 64 bytes");
}

TEST_CASE("an unknown key or section is told with the nearest that is known") {
  CHECK(error_of("nane = \"x\"") == "starling.toml:1: nane: no such setting; did you mean name?");
  CHECK(error_of("[resp]\nacks = \"fast\"") ==
        "starling.toml:2: [resp] acks: no such setting; did you mean [resp] ack?");
  CHECK(error_of("ack = \"fast\"") ==
        "starling.toml:1: ack: no such setting; did you mean [resp] ack?");
  CHECK(error_of("[rsp]\n") ==
        "starling.toml:1: [rsp]: no such section; there are [admin] [log] [peers] [resp]");
  CHECK(error_of("[resp.tls]\nx = 1").starts_with("starling.toml:1: [resp] tls: no such setting"));
  CHECK(error_of(peerless, {}, {{"STARLING_RESP_ACKS", "x"}}) ==
        "STARLING_RESP_ACKS: no such setting; did you mean STARLING_RESP_ACK?");
}

TEST_CASE("an empty section is fine, and so are other people's variables") {
  CHECK(load_with(peerless + "[resp]\n[log]\n", {}, {{"STARLING_IMAGE", "x"}, {"HOME", "/"}}));
}

TEST_CASE("a file that cannot be read is named") {
  const auto orders = load({{"--config", "/nonexistent.toml"}, {}, "1"});
  REQUIRE_FALSE(orders);
  CHECK(orders.error().detail == "cannot read /nonexistent.toml: No such file or directory");
}

TEST_CASE("clients beyond loopback need a password, or somebody's word") {
  const auto exposed = peerless + "[resp]\nlisten = [\"127.0.0.1:1\", \"10.0.0.1:7379\"]\n";
  CHECK(error_of(exposed) ==
        "starling.toml:5: [resp] listen: 10.0.0.1:7379 is not loopback: name a password_file, or "
        "say insecure_clients = true");
  CHECK(warns_of(load_with(exposed + "insecure_clients = true\n"), "10.0.0.1:7379"));

  const TemporaryFile password{"open sesame\n"};
  const auto guarded = load_with(exposed + "password_file = \"" + password.path() + "\"\n");
  REQUIRE(guarded);
  CHECK(guarded->settings.resp.password == "open sesame");
  CHECK_FALSE(warns_of(guarded, "10.0.0.1:7379"));
}

TEST_CASE("a status page beyond loopback is worth a warning") {
  CHECK(warns_of(load_with(peerless + "[admin]\nlisten = \"0.0.0.0:7380\"\n"), "[admin] listen"));
}

TEST_CASE("peers in clear must be asked for, and are warned of") {
  const TemporaryFile secret{std::string(32, 's')};
  const auto start = "name = \"a\"\n[peers]\nsecret_file = \"" + secret.path() + "\"\n";
  const auto refusal =
      "nodes cannot prove yet who they are: to have peers all the same, in clear, say [peers] "
      "insecure_peers = true";
  CHECK(error_of(start + "seeds = [\"b:1\"]\n") ==
        std::string{"starling.toml:4: [peers] seeds: "} + refusal);
  CHECK(error_of(start + "listen = \"10.0.0.1:7381\"\n") ==
        std::string{"starling.toml:4: [peers] listen: "} + refusal);
  CHECK(warns_of(load_with(start + "insecure_peers = true\nlisten = \"10.0.0.1:7381\"\n"),
                 "in clear, on 10.0.0.1:7381"));
}

TEST_CASE("a node that is told of no peers stays alone, and says so") {
  const TemporaryFile secret{std::string(32, 's')};
  const auto orders = load_with("name = \"a\"\n[peers]\nsecret_file = \"" + secret.path() + "\"\n");
  CHECK(warns_of(orders, "stays alone"));
  CHECK(orders->settings.peers.is_alone());
}

TEST_CASE("a listening address that tells peers nothing needs one that does") {
  const auto anywhere = peerless + "listen = \"0.0.0.0:7381\"\n";
  CHECK(
      error_of(anywhere).starts_with("starling.toml:4: [peers] listen: 0.0.0.0:7381 tells peers"));
  const auto orders = load_with(anywhere + "advertise = \"edge-a:7381\"\n");
  REQUIRE(orders);
  CHECK(orders->settings.peers.advertise == "edge-a:7381");
}

TEST_CASE("the secret keys the digests, and the cluster's name where there is none") {
  const TemporaryFile secret{std::string(32, 's')};
  const auto with = load_with(peerless + "secret_file = \"" + secret.path() + "\"\n");
  REQUIRE(with);
  CHECK(with->settings.peers.secret == std::string(32, 's'));
  const auto without = load_with(peerless + "cluster = \"shop-fleet\"\n");
  REQUIRE(without);
  CHECK(without->settings.peers.secret == "shop-fleet");
  CHECK(error_of("name = \"a\"") ==
        "[peers] secret_file: missing: starling init makes one; or say insecure_peers = true");
  CHECK(
      error_of(peerless + "secret_file = \"/nonexistent\"\n") ==
      "starling.toml:4: [peers] secret_file: cannot read /nonexistent: No such file or directory");
}

TEST_CASE("--print-config shows each value with its origin, and loads again to the same") {
  const TemporaryFile secret{std::string(32, 'S')};
  const auto text = peerless + "secret_file = \"" + secret.path() + "\"\n";
  const auto orders = load_with(text, {"--print-config", "--resp-ack", "durable"},
                                {{"STARLING_PEERS_SEEDS", "b:1,c:2"}});
  REQUIRE(orders);
  REQUIRE(orders->to_print);
  const auto& printed = *orders->to_print;
  CHECK(printed.contains("ack = \"durable\"                         # --resp-ack\n"));
  CHECK(printed.contains("max_clients = 1000                      # default\n"));
  CHECK(printed.contains("seeds = [\"b:1\", \"c:2\"]                  # STARLING_PEERS_SEEDS\n"));
  CHECK(printed.contains(":3\n"));
  CHECK_FALSE(printed.contains(std::string(32, 'S')));

  const auto again = load_with(printed, {"--print-config"});
  REQUIRE(again);
  CHECK(again->settings.resp.ack == node::Ack::durable);
  CHECK(again->settings.peers.seeds == orders->settings.peers.seeds);
}

TEST_CASE("check-config says that all is well, and counts") {
  const auto orders = load_with(peerless, {"check-config"}, {{"STARLING_LOG_LEVEL", "debug"}});
  REQUIRE(orders);
  REQUIRE(orders->to_print);
  CHECK(
      orders->to_print->starts_with("the configuration is fine: 2 settings from the file, 1 from "
                                    "the environment, 0 from flags"));
  CHECK(orders->to_print->contains("warning: "));
  CHECK_FALSE(error_of("", {"check-config"}).empty());
}

TEST_CASE("help and version need no configuration") {
  CHECK(load({{"--version"}, {}, "1.2.3"})->to_print == "starlingd 1.2.3\n");
  CHECK(load({{"--help"}, {}, "1.2.3"})->to_print->contains("--resp-ack"));
}

TEST_CASE("main's arguments and environment are taken as they are") {
  const char* const arguments[] = {"starlingd", "--name", "a"};
  const char* const environment[] = {"A=1=2", "B=", "C", nullptr};
  const auto surroundings = surroundings_of(3, arguments, environment, "1");
  CHECK(surroundings.arguments == std::vector<std::string>{"--name", "a"});
  CHECK(surroundings.environment == Environment{{"A", "1=2"}, {"B", ""}, {"C", ""}});
}

}
