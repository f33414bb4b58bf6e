// Frozen bytes of the stored record, format version 1. A change here is a new format version: data
// directories hold these bytes.

#include "core/record.h"

#include <doctest/doctest.h>

#include "core/key.h"

namespace starling::core {
namespace {

using namespace std::string_view_literals;

constexpr Stamp stamp{{0x0102030405060708}, {0x1112131415161718}};

void check_form(const Record& record, BytesView bytes) {
  CHECK(encode_record(record) == bytes);
  CHECK(decode_record(bytes).value() == record);
}

}

TEST_CASE("a value, version 1") {
  check_form({{stamp, 0x2122232425262728, false, 0}, "value", false},
             "\x01\x00"
             "\x08\x07\x06\x05\x04\x03\x02\x01"
             "\x18\x17\x16\x15\x14\x13\x12\x11"
             "\x28\x27\x26\x25\x24\x23\x22\x21"
             "value"sv);
}

TEST_CASE("a tombstone, version 1") {
  check_form({{stamp, 0, true, 0}, "", false},
             "\x01\x01"
             "\x08\x07\x06\x05\x04\x03\x02\x01"
             "\x18\x17\x16\x15\x14\x13\x12\x11"
             "\x00\x00\x00\x00\x00\x00\x00\x00"sv);
}

TEST_CASE("an expiring value, version 1") {
  check_form({{stamp, 0x2122232425262728, false, 0x313233343536}, "value", false},
             "\x01\x02"
             "\x08\x07\x06\x05\x04\x03\x02\x01"
             "\x18\x17\x16\x15\x14\x13\x12\x11"
             "\x28\x27\x26\x25\x24\x23\x22\x21"
             "\x36\x35\x34\x33\x32\x31\x00\x00"
             "value"sv);
}

TEST_CASE("an expired value that was let go, version 1") {
  check_form({{stamp, 0x2122232425262728, false, 0x313233343536}, "", true},
             "\x01\x06"
             "\x08\x07\x06\x05\x04\x03\x02\x01"
             "\x18\x17\x16\x15\x14\x13\x12\x11"
             "\x28\x27\x26\x25\x24\x23\x22\x21"
             "\x36\x35\x34\x33\x32\x31\x00\x00"sv);
}

TEST_CASE("an encoded key") {
  CHECK(encode_key("pkg/a\0b"sv) ==
        "upkg/a\0\xFF"
        "b\0\1s"sv);
}

}
