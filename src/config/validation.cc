#include "config/validation.h"

#include <algorithm>

#include "config/catalogue.h"
#include "config/secrets.h"

namespace starling::config {
namespace {

using core::Errc;

class Validation {
 public:
  Validation(Settings& settings, std::span<const Assignment> assignments)
      : settings_{settings}, assignments_{assignments} {}

  core::Result<std::vector<std::string>> run() {
    for (const auto rule : {&Validation::resp, &Validation::admin, &Validation::peer_reach,
                            &Validation::peer_trust}) {
      if (auto broken = (this->*rule)(); !broken) return std::unexpected(broken.error());
    }
    return std::move(warnings_);
  }

 private:
  // "starling.toml:12: [resp] listen: WHAT", or without a place when nobody has said anything.
  std::string at(std::string_view section, std::string_view key, const std::string& what) const {
    const auto found = std::ranges::find_if(assignments_, [&](const Assignment& assignment) {
      return assignment.section == section && assignment.key == key;
    });
    const bool was_said = found->source != Source::standard;
    return (was_said ? found->place + ": " : "") + title_of(section, key) + ": " + what;
  }

  std::unexpected<core::Error> broken(std::string_view section, std::string_view key,
                                      const std::string& what) const {
    return core::fail(Errc::bad_setting, at(section, key, what));
  }
  void warn(std::string_view section, std::string_view key, const std::string& what) {
    warnings_.push_back(at(section, key, what));
  }

  core::Result<void> resp() {
    auto& resp = settings_.resp;
    if (!resp.password_file.empty()) {
      auto password = read_password(resp.password_file);
      if (!password) return broken("resp", "password_file", password.error().detail);
      resp.password = *std::move(password);
    }
    const auto exposed = std::ranges::find_if_not(resp.listen, &net::SocketAddress::is_loopback);
    if (exposed == resp.listen.end() || resp.password) return {};
    const auto address = exposed->to_text() + " is not loopback";
    if (!resp.insecure_clients) {
      return broken("resp", "listen",
                    address + ": name a password_file, or say insecure_clients = true");
    }
    warn("resp", "listen", address + ": whoever reaches it reads and writes everything");
    return {};
  }

  core::Result<void> admin() {
    const auto& listen = settings_.admin.listen;
    if (!listen.is_loopback()) {
      warn("admin", "listen",
           listen.to_text() + " is not loopback: whoever reaches it sees status and metrics");
    }
    return {};
  }

  core::Result<void> peer_reach() {
    const auto& peers = settings_.peers;
    if (peers.is_alone()) {
      if (!peers.seeds.empty()) return broken("peers", "seeds", clear_or_alone);
      if (!peers.listen.is_loopback()) return broken("peers", "listen", clear_or_alone);
      warn("peers", "insecure_peers", "false: this node stays alone, without peers");
      return {};
    }
    if (peers.listen.is_any() && peers.advertise.empty()) {
      return broken(
          "peers", "listen",
          peers.listen.to_text() + " tells peers no way here: give advertise = \"HOST:PORT\" too");
    }
    warn("peers", "insecure_peers",
         "peers are believed who they say they are, and everything between them is in clear, on " +
             peers.listen.to_text());
    return {};
  }

  core::Result<void> peer_trust() {
    auto& peers = settings_.peers;
    if (!peers.secret_file.empty()) {
      auto secret = read_secret(peers.secret_file);
      if (!secret) return broken("peers", "secret_file", secret.error().detail);
      peers.secret = *std::move(secret);
      return {};
    }
    if (peers.is_alone()) {
      return broken("peers", "secret_file",
                    "missing: starling init makes one; or say insecure_peers = true");
    }
    peers.secret = peers.cluster;
    return {};
  }

  static constexpr auto clear_or_alone =
      "nodes cannot prove yet who they are: to have peers all the same, in clear, say [peers] "
      "insecure_peers = true";

  Settings& settings_;
  std::span<const Assignment> assignments_;
  std::vector<std::string> warnings_;
};

}

core::Result<std::vector<std::string>> validate(Settings& settings,
                                                std::span<const Assignment> assignments) {
  return Validation{settings, assignments}.run();
}

}
