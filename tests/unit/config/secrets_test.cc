#include "config/secrets.h"

#include <doctest/doctest.h>

#include "unit/config/temporary_file.h"

namespace starling::config {
namespace {

using testing::TemporaryFile;

}

TEST_CASE("a secret is 32 bytes, zeros and line ends among them or not") {
  const std::string secret("sixteen bytes...\0\n0123456789abcd", 32);
  CHECK(*read_secret(TemporaryFile{secret}.path()) == secret);
  CHECK_FALSE(read_secret(TemporaryFile{std::string(31, 's')}.path()));
  CHECK_FALSE(read_secret(TemporaryFile{std::string(33, 's')}.path()));
  CHECK_FALSE(read_secret(TemporaryFile{std::string(100'000, 's')}.path()));
}

TEST_CASE("a secret that everybody may read is refused, with what to do") {
  const TemporaryFile open{std::string(32, 's'), 0644};
  const auto refused = read_secret(open.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::Errc::bad_setting);
  CHECK(refused.error().detail == open.path() + " is open to everybody: chmod o= " + open.path());
  CHECK(read_secret(TemporaryFile{std::string(32, 's'), 0640}.path()));
}

TEST_CASE("no error tells a secret") {
  const auto refused = read_secret(TemporaryFile{"hunter2"}.path());
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().detail.contains("hunter2"));
}

TEST_CASE("a password is one line, without its end") {
  CHECK(*read_password(TemporaryFile{"open sesame\r\n"}.path()) == "open sesame");
  CHECK(*read_password(TemporaryFile{"open sesame"}.path()) == "open sesame");
  CHECK_FALSE(read_password(TemporaryFile{"\n"}.path()));
  CHECK_FALSE(read_password(TemporaryFile{"open sesame", 0604}.path()));
}

TEST_CASE("what is not there, or not a file, is named") {
  CHECK(read_secret("/nonexistent/secret").error().detail ==
        "cannot read /nonexistent/secret: No such file or directory");
  CHECK(read_secret("/tmp").error().detail == "/tmp is not a file");
}

}
