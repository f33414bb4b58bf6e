#include "store/stored_record.h"

#include <doctest/doctest.h>

#include "support/records.h"

namespace starling::store {
namespace {

using ports::Presence;
using testing::make_noise;
using testing::make_stub;
using testing::make_tombstone;
using testing::make_value;

TEST_CASE("an inline record decodes to its header and its value") {
  for (const auto& record :
       {make_value(1, "value", 7), make_value(2, ""), make_tombstone(3), make_stub(4, 5)}) {
    const auto bytes = core::encode_record(record);
    const auto stored = decode_stored(bytes);
    REQUIRE(stored.has_value());
    CHECK_FALSE(stored->is_apart);
    CHECK(stored->value == record.value);
    CHECK(stored->value_bytes == record.value.size());
    CHECK(read_result(*stored, stored->value).record == record);
  }
}

TEST_CASE("values lie apart from 4 KiB on, and then the length stands for them") {
  CHECK_FALSE(lies_apart(make_value(1, make_noise(4095, 1))));
  CHECK(lies_apart(make_value(1, make_noise(4096, 1))));
  const auto record = make_value(1, make_noise(0x01020304, 1), 9);
  REQUIRE(lies_apart(record));

  const auto bytes = encode_apart(record);
  CHECK(bytes.size() == 1 + 4 + core::record_header_bytes_max);
  const auto stored = decode_stored(bytes);
  REQUIRE(stored.has_value());
  CHECK(stored->is_apart);
  CHECK(stored->value.empty());
  CHECK(stored->value_bytes == 0x01020304);
  CHECK(read_result(*stored, record.value).record == record);
}

TEST_CASE("a value that is not the header's is corrupt, and the head is still told") {
  const auto record = make_value(1, "value");
  const auto bytes = core::encode_record(record);
  const auto stored = decode_stored(bytes);
  REQUIRE(stored.has_value());
  for (const auto* wrong : {"valuE", "", "value "}) {
    const auto result = read_result(*stored, wrong);
    CHECK(result.presence == Presence::corrupt);
    CHECK(result.record.head == record.head);
    CHECK(result.record.value.empty());
  }
}

TEST_CASE("a value that was let go has no hash to keep") {
  const auto bytes = core::encode_record(make_stub(4, 5));
  const auto stored = decode_stored(bytes);
  REQUIRE(stored.has_value());
  CHECK(read_result(*stored, "").presence == Presence::found);
  CHECK(read_result(*stored, "not let go").presence == Presence::corrupt);
}

TEST_CASE("bytes that no store wrote do not decode") {
  const auto apart = encode_apart(make_value(1, make_noise(5000, 1)));
  for (std::size_t length = 0; length < apart.size(); ++length) {
    CHECK_FALSE(decode_stored(core::BytesView{apart}.substr(0, length)).has_value());
  }
  CHECK_FALSE(decode_stored(apart + "both inline and apart").has_value());
  CHECK_FALSE(decode_stored("").has_value());
}

}
}
