#pragma once
// A connection to a node's Redis port. Waits for one reply at a time, never longer than its
// timeout, and lets the caller breathe while it waits.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/starling/address.h"
#include "tools/starling/text.h"
#include "tools/starling/trouble.h"

namespace starling::cli {

struct Reply {
  enum class Kind : std::uint8_t { nothing, text, integer, array, error };
  Kind kind = Kind::nothing;
  std::string text;
  std::int64_t integer = 0;
  std::vector<Reply> elements{};
};

struct Access {
  Address address;
  std::string password_file;  // Empty: none is needed, as through a unix socket.
  Milliseconds timeout{20'000};
};

class Client {
 public:
  static Outcome<Client> connect(const Access& access);

  // One command and its reply; an error reply is a trouble.
  Outcome<Reply> ask(const std::vector<std::string>& words);

  Outcome<void> send(const std::vector<std::string>& words);
  // The next reply, an error reply included. `while_waiting` is called several times a second.
  Outcome<Reply> receive(const std::function<void()>& while_waiting = [] {});

 private:
  struct Close {
    void operator()(void* context) const;
  };

  Client(void* context, Access access);
  std::unexpected<Trouble> broken() const;

  std::unique_ptr<void, Close> context_;
  Access access_;
};

// What an error reply means for whoever sits at the keyboard.
Trouble trouble_of_error(const std::string& text);

}
