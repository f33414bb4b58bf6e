// Bytes that nobody honest sends: mutations of every message, garbage, and known tricks. Whatever
// comes, a decoder answers, never asserts or throws, hands out only what encodes again, and
// allocates at most twice what it was given.

#include <doctest/doctest.h>
#include <malloc.h>

#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/prng.h"
#include "golden/messages.h"
#include "wire/codec.h"

namespace {

std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

}

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  live_bytes += malloc_usable_size(memory);
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace starling::wire {
namespace {

namespace limits = core::limits;
using core::Bytes;
using core::BytesView;
using core::Errc;
using golden::cluster;

// Besides twice what arrived: what an error text, or the check of one key, may take for a moment.
constexpr std::size_t small_change = 20 * 1024;

// Decodes, and looks at what that allocates at its worst moment.
template <typename Decode>
auto measured(Decode decode, BytesView bytes) {
  const auto before = live_bytes;
  peak_bytes = before;
  auto decoded = decode(bytes, cluster);
  REQUIRE(peak_bytes - before <= 2 * bytes.size() + small_change);
  return decoded;
}

// The answer: none for a refusal, else how what was understood encodes again.
using Decoder = std::function<std::optional<Bytes>(BytesView)>;

std::optional<Bytes> as_datagram(BytesView bytes) {
  const auto decoded = measured(decode_datagram, bytes);
  if (!decoded) return {};
  auto encoded = encode_datagram(*decoded, cluster);
  REQUIRE(encoded);
  return *std::move(encoded);
}

std::optional<Bytes> as_frame(BytesView bytes) {
  const auto decoded = measured(decode_frame, bytes);
  if (!decoded) return {};
  return encode_frame(*decoded, cluster);
}

std::optional<Bytes> as_hello(BytesView bytes) {
  const auto decoded = measured(decode_hello, bytes);
  if (!decoded) return {};
  return encode_hello(*decoded, cluster);
}

struct Honest {
  Bytes bytes;
  Decoder decoder;
};

std::vector<Honest> honest_messages() {
  std::vector<Honest> honest{{encode_hello(golden::hello(), cluster), as_hello}};
  for (const auto& [file, datagram] : golden::datagrams()) {
    honest.push_back({*encode_datagram(datagram, cluster), as_datagram});
  }
  for (const auto& [file, frame] : golden::frames()) {
    honest.push_back({encode_frame(frame, cluster), as_frame});
  }
  return honest;
}

std::uint64_t word_at(const Bytes& bytes, std::size_t word) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[8 * word + i - 1]);
  }
  return value;
}

void set_word(Bytes& bytes, std::size_t word, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i, value >>= 8) {
    bytes[8 * word + i] = static_cast<char>(value & 0xFF);
  }
}

void flip_bits(Bytes& bytes, core::Prng& prng) {
  for (auto left = 1 + prng.below(4); left > 0; --left) {
    bytes[prng.below(bytes.size())] ^= static_cast<char>(1 << prng.below(8));
  }
}

// Pointers are where the trouble is: a word becomes another word, or nearly itself.
void rewrite_word(Bytes& bytes, core::Prng& prng) {
  const auto words = bytes.size() / 8;
  const auto from = word_at(bytes, prng.below(words));
  set_word(bytes, prng.below(words), prng.chance(1, 2) ? from : from + (prng.next() & 0x7C));
}

void cut(Bytes& bytes, core::Prng& prng) {
  const auto words = prng.below(bytes.size() / 8);
  bytes.resize(prng.chance(1, 4) ? prng.below(bytes.size()) : 8 * (words + 1));
  // Half of the time the table agrees, so that the cut is found further in.
  if (bytes.size() >= 8 && prng.chance(1, 2)) set_word(bytes, 0, (bytes.size() / 8 - 1) << 32);
}

Bytes mutated(Bytes bytes, core::Prng& prng) {
  switch (prng.below(4)) {
    case 0:
      cut(bytes, prng);
      break;
    case 1:
      rewrite_word(bytes, prng);
      break;
    case 2:
      rewrite_word(bytes, prng);
      [[fallthrough]];
    default:
      flip_bits(bytes, prng);
  }
  return bytes;
}

}

TEST_CASE("every mutation is refused, or understood as something that encodes again") {
  core::Prng prng{20'26};
  const auto honest = honest_messages();
  std::size_t understood = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto& [bytes, decoder] = honest[prng.below(honest.size())];
    const auto hostile = mutated(bytes, prng);
    const auto again = decoder(hostile);
    if (!again) continue;
    ++understood;
    const auto once_more = decoder(*again);
    REQUIRE(once_more);
    REQUIRE(*once_more == *again);
  }
  // Both happen, or the test tests nothing.
  CHECK(understood > 10'000);
  CHECK(understood < 90'000);
}

TEST_CASE("garbage is refused") {
  core::Prng prng{7};
  for (int i = 0; i < 20'000; ++i) {
    Bytes garbage(8 + prng.below(400), '\0');
    for (auto& byte : garbage) byte = static_cast<char>(prng.next());
    if (prng.chance(1, 2)) {  // With a table that agrees.
      garbage.resize(garbage.size() / 8 * 8);
      set_word(garbage, 0, (garbage.size() / 8 - 1) << 32);
    }
    REQUIRE_FALSE(decode_datagram(garbage, cluster));
    REQUIRE_FALSE(decode_frame(garbage, cluster));
    REQUIRE_FALSE(decode_hello(garbage, cluster));
  }
}

// The layout of a rumours frame, in words: 0 table, 1 root pointer, 2 to 4 head, 5 pointer to the
// body, 6 first sequence, 7 pointer to the records, 8 tag of the list, then two pointers for each.
TEST_CASE("tricks with pointers are refused and cost nothing") {
  const auto refused = [](const Bytes& bytes) {
    const auto decoded = measured(decode_frame, bytes);
    return decoded ? std::optional<Errc>{} : decoded.error().code;
  };
  constexpr std::size_t records_at = 7;
  constexpr std::size_t first_record_at = 9;
  const auto honest = encode_frame(golden::frames().at(2).message, cluster);
  REQUIRE_FALSE(refused(honest));

  SUBCASE("a list of 2^29 - 1 elements that take no room") {
    auto bytes = honest;
    set_word(bytes, records_at, 1 | std::uint64_t{0x1FFF'FFFF} << 35);
    CHECK(refused(bytes));
  }
  SUBCASE("a list that claims 2^29 - 1 elements of its own kind") {
    auto bytes = honest;
    set_word(bytes, records_at + 1, word_at(bytes, records_at + 1) | 0x7FFF'FFFC);
    CHECK(refused(bytes));
  }
  SUBCASE("a far pointer to itself") {
    auto bytes = honest;
    set_word(bytes, records_at, 2 | (records_at - 1) << 3);
    CHECK(refused(bytes) == Errc::malformed);
  }
  SUBCASE("a pointer beyond the end") {
    auto bytes = honest;
    set_word(bytes, records_at, word_at(bytes, records_at) + 0x1000);
    CHECK(refused(bytes) == Errc::malformed);
  }
  SUBCASE("a segment that does not exist") {
    auto bytes = honest;
    set_word(bytes, records_at, 2 | std::uint64_t{5} << 32);
    CHECK(refused(bytes) == Errc::malformed);
  }
  SUBCASE("one large value in many records") {
    auto records = std::vector<ports::KeyedRecord>(100, golden::records().front());
    records.front().record.value.assign(10'000, 'v');
    auto bytes = encode_frame({{1}, gossip::Rumours{1, records}}, cluster);
    REQUIRE_FALSE(refused(bytes));
    for (std::size_t i = 1; i < records.size(); ++i) {
      // Each pointer is relative to where it stands.
      const auto first = first_record_at + 1;
      set_word(bytes, first + 2 * i, word_at(bytes, first) - (2 * i << 2));
    }
    CHECK(refused(bytes) == Errc::malformed);
  }
  SUBCASE("a list of bytes, taken for one of records") {
    auto bytes = honest;
    bytes.resize(bytes.size() + 4096);
    set_word(bytes, 0, (bytes.size() / 8 - 1) << 32);
    set_word(bytes, records_at, 1 | std::uint64_t{2} << 32 | std::uint64_t{4000} << 35);
    CHECK(refused(bytes));
  }
}

TEST_CASE("the smallest parts, many of them, take no more than twice what arrived") {
  constexpr std::size_t many = 1000;
  const core::Range smallest{"u", "v"};
  const ports::KeyedRecord record{
      core::encode_key(""),
      {.head = {.stamp = {{1}, {1}}, .tombstone = true}, .value = {}, .value_dropped = false}};
  const membership::MemberUpdate update{.id = {1}, .address = {}, .name = {}, .accuser = {}};
  const reconcile::Division division{
      .range = smallest, .level = 0, .boundaries = {}, .fingerprints = {1}};
  const reconcile::SessionId session;
  const std::vector<node::StreamBody> bodies{
      gossip::Rumours{1, {many, record}},
      membership::JoinReply{true, "", 0, {many, {{1}, ""}}, {many, update}},
      reconcile::Message{reconcile::Descend{session, {}, 1, {many, division}, {many, smallest}}},
      reconcile::Message{
          reconcile::DescendReply{session, 1, false, {}, {many, {smallest, {reconcile::Item{}}}}}},
      reconcile::Message{
          reconcile::Pull{session, {}, 1, ports::Want::heads, {many, {smallest, {}}}}},
      reconcile::Message{reconcile::PullReply{
          session, 1, false, true, {many, record}, std::vector<std::uint64_t>(many)}},
      node::CompareReply{1, {many, {record.key, record.record.head, {}}}, {}}};
  for (const auto& body : bodies) {
    CHECK(measured(decode_frame, encode_frame({{1}, body}, cluster)));
  }
}

}
