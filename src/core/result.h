#pragma once
// What a call that may meet bad weather returns: a value, or an error that says what happened.

#include <expected>
#include <string>
#include <utility>

namespace starling::core {

// One code per way in which some caller acts differently; the detail is text.
enum class Errc {
  malformed,       // Bytes from outside do not decode. Drop, count.
  over_limit,      // Well-formed, but larger than we accept. Drop, count.
  unexpected,      // Well-formed, but not now: an answer to no question.
  foreign,         // Another cluster, protocol version or digest version.
  refused,         // The other side, or a rule, says no for now.
  unavailable,     // Cannot be reached or is not open.
  locked,          // Another process holds the store.
  format_unknown,  // A store written by a version that we do not know.
  corrupt,         // Stored bytes fail their check.
  io,              // The disk or the network failed us.
  bad_setting,     // The configuration is wrong.
};

const char* name_of(Errc code);

struct Error {
  Errc code;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

// A thin class over std::expected, because libstdc++ lets a bare std::expected be dropped in
// silence and a dropped error is a lost write.
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Errc code, std::string detail) {
  return std::unexpected<Error>(Error{code, std::move(detail)});
}

}
