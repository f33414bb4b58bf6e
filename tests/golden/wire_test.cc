// Frozen bytes of every message: what an older node sent must mean the same for ever, and what we
// send must be what it understands. When an encoding changes on purpose, STARLING_FREEZE=1 writes
// the files anew; read src/wire/README.md first.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "golden/messages.h"

namespace starling::golden {
namespace {

std::filesystem::path path_of(const std::string& file) {
  return std::filesystem::path{STARLING_TESTS_DIR} / "golden" / (file + ".v1.hex");
}

// One word a line, so that a diff shows which field moved.
std::string to_lines(const core::Bytes& bytes) {
  constexpr auto digits = "0123456789abcdef";
  std::string lines;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    lines += digits[byte >> 4];
    lines += digits[byte & 15];
    if (i % 8 == 7) lines += '\n';
  }
  return lines;
}

core::Bytes from_lines(std::string lines) {
  std::erase(lines, '\n');
  core::Bytes bytes;
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(lines.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string frozen(const std::string& file, const core::Bytes& encoded) {
  if (std::getenv("STARLING_FREEZE") != nullptr) {
    std::filesystem::create_directories(path_of(file).parent_path());
    std::ofstream{path_of(file)} << to_lines(encoded);
  }
  std::ifstream in{path_of(file)};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}

TEST_CASE("datagrams are encoded as they were frozen, and frozen ones decode") {
  for (const auto& [file, message] : datagrams()) {
    CAPTURE(file);
    const auto encoded = wire::encode_datagram(message, cluster);
    REQUIRE(encoded);
    const auto bytes = frozen(file, *encoded);
    CHECK(to_lines(*encoded) == bytes);
    const auto decoded = wire::decode_datagram(from_lines(bytes), cluster);
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

TEST_CASE("frames are encoded as they were frozen, and frozen ones decode") {
  for (const auto& [file, message] : frames()) {
    CAPTURE(file);
    const auto encoded = wire::encode_frame(message, cluster);
    const auto bytes = frozen(file, encoded);
    CHECK(to_lines(encoded) == bytes);
    const auto decoded = wire::decode_frame(from_lines(bytes), cluster);
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

TEST_CASE("a hello is encoded as it was frozen, and a frozen one decodes") {
  const auto encoded = wire::encode_hello(hello(), cluster);
  const auto bytes = frozen("node/hello", encoded);
  CHECK(to_lines(encoded) == bytes);
  const auto decoded = wire::decode_hello(from_lines(bytes), cluster);
  REQUIRE(decoded);
  CHECK(*decoded == hello());
}

TEST_CASE("a beat is told in 160 bytes, all included") {
  CHECK(wire::encode_datagram(datagrams().front().message, cluster)->size() == 160);
}

TEST_CASE("a listed item costs 16 bytes") {
  const auto size_with = [](std::size_t items) {
    reconcile::DescendReply reply;
    reply.lists = {{core::all_users(), std::vector<reconcile::Item>(items)}};
    return wire::encode_frame({{}, reconcile::Message{reply}}, cluster).size();
  };
  CHECK(size_with(1002) - size_with(2) == 16'000);
}

}
