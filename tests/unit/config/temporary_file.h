#pragma once
// A file for one test, gone with it.

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace starling::config::testing {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& contents, mode_t mode = 0600) {
    close(mkstemp(path_.data()));
    std::ofstream{path_} << contents;
    chmod(path_.c_str(), mode);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/starling-config-XXXXXX";
};

}
