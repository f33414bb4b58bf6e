#include "config/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace starling::config {
namespace {

using core::Errc;
using core::fail;

struct Descriptor {
  explicit Descriptor(const std::string& path)
      : number{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  Descriptor(const Descriptor&) = delete;
  const int number;
};

std::string because(const std::string& what) { return what + ": " + std::strerror(errno); }

}

core::Result<core::Bytes> read_file(const std::string& path, std::size_t bytes_max,
                                    Privacy privacy) {
  // Looked at after it was opened, so that nobody can put another file in its place in between.
  const Descriptor file{path};
  struct stat status{};
  if (file.number < 0 || fstat(file.number, &status) != 0) {
    return fail(Errc::bad_setting, because("cannot read " + path));
  }
  if (!S_ISREG(status.st_mode)) return fail(Errc::bad_setting, path + " is not a file");
  if (privacy == Privacy::closed_to_others && (status.st_mode & S_IRWXO) != 0) {
    return fail(Errc::bad_setting, path + " is open to everybody: chmod o= " + path);
  }
  core::Bytes bytes(bytes_max + 1, '\0');
  std::size_t length = 0;
  while (length < bytes.size()) {
    const auto got = read(file.number, bytes.data() + length, bytes.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::bad_setting, because("cannot read " + path));
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  if (length > bytes_max) {
    return fail(Errc::bad_setting, path + " has more than " + std::to_string(bytes_max) + " bytes");
  }
  bytes.resize(length);
  return bytes;
}

}
