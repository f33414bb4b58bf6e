// init: a folder from which a node can be started. Looks at everything first, then writes; what is
// there already is never touched.

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/starling/orders.h"
#include "tools/starling/text.h"

namespace starling::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t name_bytes_max = 64;

struct Places {
  fs::path folder;
  fs::path config = folder / "starling.toml";
  fs::path secret = folder / "cluster.secret";
  fs::path data = folder / "data";
  fs::path socket = folder / "resp.sock";
};

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= name_bytes_max && is_utf8(name) && escaped(name) == name &&
         !name.contains('"') && !name.contains(' ');
}

// A TOML string: only what escapes_of needs is ever in a path that passed is_utf8.
std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string configuration(const Init& order, const Places& places) {
  return "# " + order.name +
         ", a Starling node. All settings: starlingd --help\n"
         "name = " +
         quoted(order.name) +
         "\n"
         "data_dir = " +
         quoted(places.data) +
         "\n\n"
         "[resp]                                # for applications\n"
         "socket = " +
         quoted(places.socket) +
         "\n"
         "listen = [\"127.0.0.1:7379\"]\n\n"
         "[admin]\n"
         "listen = \"127.0.0.1:7380\"             # HTTP, read-only\n\n"
         "[peers]\n"
         "listen = \"127.0.0.1:7381\"             # UDP and TCP; the host's address, to be "
         "reachable\n"
         "cluster = " +
         quoted(order.cluster) +
         "\n"
         "secret_file = " +
         quoted(places.secret) +
         "\n"
         "insecure_peers = false                # true: have peers, in clear, believing who they "
         "are\n"
         "seeds = []                            # such as [\"10.0.0.2:7381\"]\n";
}

Outcome<std::string> mint_secret() {
  std::string secret(secret_bytes, '\0');
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return trouble(std::string{"no random bytes: "} + std::strerror(errno));
  }
  return secret;
}

Outcome<std::string> read_secret(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string secret(secret_bytes + 1, '\0');
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (file.gcount() != static_cast<std::streamsize>(secret_bytes)) {
    return trouble(path + " is not a readable secret of 32 bytes",
                   "--secret FILE, the cluster.secret of the first node");
  }
  secret.resize(secret_bytes);
  return secret;
}

// Fails when the file is there already.
Outcome<void> write_new(const fs::path& path, std::string_view text, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return trouble("cannot make " + path.string() + ": " + std::strerror(errno));
  const bool is_whole = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool is_kept = fsync(file) == 0;
  const int error = errno;
  close(file);
  if (is_whole && is_kept) return {};
  return trouble("cannot write " + path.string() + ": " + std::strerror(error));
}

Outcome<void> write_all(const Init& order, const Places& places, const std::string& secret) {
  std::error_code error;
  fs::create_directories(places.folder, error);
  if (!error && mkdir(places.data.c_str(), 0700) != 0) error = {errno, std::generic_category()};
  if (error) return trouble("cannot make " + places.data.string() + ": " + error.message());
  if (auto written = write_new(places.secret, secret, 0600); !written) return written;
  return write_new(places.config, configuration(order, places), 0644);
}

Outcome<Places> places_of(const Init& order) {
  if (!is_name(order.name)) {
    return trouble(
        "--name " + escaped(order.name) + ": a name has 1 to 64 bytes, without blanks and quotes",
        "starling init " + escaped(order.folder) + " --name edge-a");
  }
  std::error_code error;
  auto folder = fs::absolute(order.folder, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (error || !is_utf8(folder.native()) || escaped(folder.native()) != folder.native()) {
    return trouble("not a usable path: " + escaped(order.folder));
  }
  const Places places{.folder = folder};
  if (const auto address = parse_address(places.socket.native()); !address) {
    return trouble(folder.string() + " is too long a path for the socket in it",
                   "a shorter one; a socket's path has at most 107 bytes");
  }
  for (const auto& path : {places.config, places.secret, places.data}) {
    if (!fs::exists(fs::symlink_status(path, error))) continue;
    return trouble(path.string() + " is there already, and nothing is ever overwritten",
                   "starling init ANOTHER_DIR --name " + order.name);
  }
  return places;
}

}

Outcome<Exit> run(const Init& order, Desk desk) {
  const auto places = places_of(order);
  if (!places) return std::unexpected(places.error());
  const auto secret = order.secret.empty() ? mint_secret() : read_secret(order.secret);
  if (!secret) return std::unexpected(secret.error());
  if (auto written = write_all(order, *places, *secret); !written) {
    return std::unexpected(written.error());
  }

  if (desk.output.is_json()) {
    desk.output.line(Json{{"type", "init"},
                          {"name", order.name},
                          {"config", places->config.native()},
                          {"secret", places->secret.native()},
                          {"data_dir", places->data.native()},
                          {"socket", places->socket.native()}}
                         .dump());
    return Exit::yes;
  }
  desk.output.line("made " + places->config.string() + ", " + places->secret.string() + " and " +
                   places->data.string());
  if (order.secret.empty()) {
    desk.output.note(
        "other nodes need the same secret: copy it there, and starling init DIR "
        "--name NAME --secret FILE");
  }
  desk.output.next("starlingd --config " + places->config.string());
  desk.output.next("starling --addr " + places->socket.string() + " status");
  return Exit::yes;
}

}
