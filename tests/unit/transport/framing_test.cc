#include "transport/framing.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/prng.h"

namespace starling::transport {
namespace {

std::vector<std::string> read_all(FrameReader& reader, core::BytesView bytes) {
  std::vector<std::string> frames;
  const auto read = reader.read(bytes, [&](core::BytesView payload) {
    CHECK(reinterpret_cast<std::uintptr_t>(payload.data()) % 8 == 0);
    frames.emplace_back(payload);
    return true;
  });
  CHECK(read);
  return frames;
}

TEST_CASE("a frame is its length, least significant byte first, and its bytes") {
  using namespace std::literals;
  CHECK(make_frame("abc") ==
        "\x03\x00\x00\x00"
        "abc"s);
  CHECK(make_frame("") == "\x00\x00\x00\x00"s);
  CHECK(make_frame(std::string(0x010203, 'x')).starts_with("\x03\x02\x01\x00"s));
}

TEST_CASE("frames come out as they went in, however the stream is cut") {
  core::Prng prng{11};
  for (int i = 0; i < 200; ++i) {
    std::vector<std::string> sent;
    std::string stream;
    for (std::uint64_t frames = prng.below(6); frames > 0; --frames) {
      sent.emplace_back(prng.below(prng.chance(1, 4) ? 200'000 : 40), 'a');
      for (auto& byte : sent.back()) byte = static_cast<char>(prng.next());
      stream += make_frame(sent.back());
    }
    FrameReader reader{200'000};
    std::vector<std::string> received;
    for (core::BytesView rest = stream; !rest.empty();) {
      const auto part = rest.substr(0, 1 + prng.below(prng.chance(1, 2) ? 3 : 70'000));
      for (auto& frame : read_all(reader, part)) received.push_back(std::move(frame));
      rest.remove_prefix(part.size());
    }
    CHECK((received == sent));
  }
}

TEST_CASE("a length above the limit is refused before anything is kept") {
  FrameReader reader{1000};
  CHECK(read_all(reader, make_frame(std::string(1000, 'x'))).size() == 1);
  const auto refused = reader.read(std::string{"\xff\xff\xff\xff", 4}, [](auto) { return true; });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::Errc::over_limit);

  FrameReader tight{1000};
  CHECK_FALSE(
      tight.read(make_frame(std::string(1001, 'x')).substr(0, 4), [](auto) { return true; }));
}

TEST_CASE("reading stops where the taker says so") {
  FrameReader reader{1000};
  int taken = 0;
  CHECK(reader.read(make_frame("one") + make_frame("two"), [&](auto) { return ++taken, false; }));
  CHECK(taken == 1);
}

TEST_CASE("a new limit holds for the frames behind the one being taken") {
  FrameReader reader{4};
  const auto stream = make_frame("tiny") + make_frame("larger");
  std::vector<std::string> frames;
  CHECK(reader.read(stream, [&](core::BytesView payload) {
    frames.emplace_back(payload);
    reader.limit_payload(100);
    return true;
  }));
  CHECK(frames == std::vector<std::string>{"tiny", "larger"});
}

}
}
