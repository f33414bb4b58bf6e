#pragma once
// Why a command could not do what it was asked: what happened, why, and what to type next.

#include <expected>
#include <string>
#include <utility>

namespace starling::cli {

struct Trouble {
  std::string what;    // Without a full stop; names the thing concerned.
  std::string remedy;  // What to type or look at; may be empty.
};

template <typename T>
class [[nodiscard]] Outcome : public std::expected<T, Trouble> {
 public:
  using std::expected<T, Trouble>::expected;
};

inline std::unexpected<Trouble> trouble(std::string what, std::string remedy = "") {
  return std::unexpected(Trouble{std::move(what), std::move(remedy)});
}

// Exit codes are interface.
enum class Exit : int {
  yes = 0,      // Done, equal, healthy.
  no = 1,       // A checked no.
  trouble = 2,  // Usage, unreachable, out of time.
};

}
