#include "tools/starling/text.h"

#include <doctest/doctest.h>

#include <string>

namespace starling::cli {

using namespace std::string_literals;

TEST_CASE("what is printable stays, what could steer a terminal is escaped") {
  CHECK(escaped("cart:8123") == "cart:8123");
  CHECK(escaped("café → ☕") == "café → ☕");
  CHECK(escaped("a\tb\nc\\d\r") == "a\\tb\\nc\\\\d\\r");
  CHECK(escaped("\x1b[2J"s) == "\\x1b[2J");
  CHECK(escaped("a\0b\x7f"s) == "a\\x00b\\x7f");
  CHECK(escaped("\u202e") == "\\xe2\\x80\\xae");  // Turns the direction of writing round.
  CHECK(escaped("\ufeff") == "\\xef\\xbb\\xbf");  // Takes no room: two keys would look alike.
  CHECK(escaped("\u009b") == "\\xc2\\x9b");       // Begins a control sequence in one character.
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
  CHECK(escaped("\xff\xfe") == "\\xff\\xfe");
  CHECK(escaped("caf\xc3") == "caf\\xc3");     // Cut in the middle.
  CHECK(escaped("\xc0\xaf") == "\\xc0\\xaf");  // Longer than needed.
  CHECK(escaped("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
  CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // Half of a surrogate pair.
  CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // Beyond the last character.
  CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("\xf5\x80\x80\x80"));
  CHECK(is_utf8(""));
}

TEST_CASE("a text is shortened to its columns and never within a character or an escape") {
  CHECK(shortened("abcd", 4) == "abcd");
  CHECK(shortened("abcde", 4) == "abc…");
  CHECK(shortened("éééé", 4) == "éééé");
  CHECK(shortened("ééééé", 4) == "ééé…");
  CHECK(shortened("ab\nc", 4) == "ab…");
}

TEST_CASE("base64 goes there and back for every length of the last group") {
  for (const auto& bytes : {""s, "\0"s, "ab"s, "abc"s, "\xff\xfe\xfd\xfc"s}) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
  }
  CHECK(to_base64("\xff\xfe"s) == "//4=");
  CHECK_FALSE(from_base64("//4").has_value());
  CHECK_FALSE(from_base64("/*4=").has_value());
}

TEST_CASE("numbers and sizes change their unit at its edge") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'000) == "1,000");
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(size_text(1'023) == "1023 B");
  CHECK(size_text(1'024) == "1.0 KiB");
  CHECK(size_text(6'348) == "6.2 KiB");
  CHECK(size_text(1'048'575) == "1.0 MiB");  // Never 1024.0 KiB.
  CHECK(plural(1, "key", "keys") == "1 key");
  CHECK(plural(0, "key", "keys") == "0 keys");
}

TEST_CASE("an age names at most two units") {
  CHECK(age_text(Milliseconds{-5}) == "0.0 s");
  CHECK(age_text(Milliseconds{9'800}) == "9.8 s");
  CHECK(age_text(Milliseconds{9'949}) == "9.9 s");
  CHECK(age_text(Milliseconds{9'950}) == "10 s");
  CHECK(age_text(Milliseconds{59'499}) == "59 s");
  CHECK(age_text(Milliseconds{59'500}) == "1 min");
  CHECK(age_text(Milliseconds{242'000}) == "4 min 2 s");
  CHECK(age_text(Milliseconds{22'320'000}) == "6 h 12 min");
  CHECK(age_text(Milliseconds{273'600'000}) == "3 d 4 h");
  CHECK(took_text(Milliseconds{99}) == "99 ms");
  CHECK(took_text(Milliseconds{900}) == "0.9 s");
}

TEST_CASE("a time of day is in UTC") {
  CHECK(clock_text(1'795'514'633'556, false) == "10:03:53");
  CHECK(clock_text(1'795'514'633'006, true) == "10:03:53.006");
}

TEST_CASE("a duration has a unit, is more than nothing and at most a day") {
  CHECK(parse_duration("500ms") == Milliseconds{500});
  CHECK(parse_duration("30s") == Milliseconds{30'000});
  CHECK(parse_duration("2m") == Milliseconds{120'000});
  CHECK(parse_duration("24h") == Milliseconds{86'400'000});
  for (const auto* wrong : {"", "30", "s", "0s", "25h", "-1s", "1.5s", "30 s", "1d",
                            "99999999999999999999ms", "18446744073709551615h"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong).has_value());
  }
}

TEST_CASE("a stamp's milliseconds stand before its plus") {
  CHECK(milliseconds_of_stamp("1795514633556+1") == 1'795'514'633'556);
  CHECK_FALSE(milliseconds_of_stamp("+1").has_value());
  CHECK_FALSE(milliseconds_of_stamp("soon").has_value());
}

}
