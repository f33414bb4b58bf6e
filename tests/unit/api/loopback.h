#pragma once
// A plain TCP client on the loop of a test.

#include <chrono>
#include <memory>
#include <string>

#include "net/connecting.h"
#include "unit/net/until.h"

namespace starling::api::testing {

class Caller {
 public:
  Caller(net::EventLoop& loop, std::uint16_t port)
      : loop_{loop},
        connecting_{
            loop,
            *net::SocketAddress::parse("127.0.0.1:" + std::to_string(port)),
            {.patience = std::chrono::seconds{5}, .limits = {.queue_bytes_max = 64 * 1024 * 1024}},
            [this](net::Connecting::Outcome outcome) {
              stream = std::move(outcome.value());
              stream->start({.on_bytes = [this](core::BytesView bytes) { heard += bytes; },
                             .on_drained = {},
                             .on_closed = [this](const std::string&) { closed = true; }});
            }} {
    net::testing::run_until(loop, [this] { return stream != nullptr; });
  }

  // Says it all and waits until `count` bytes have been heard, or the end.
  std::string say(const std::string& bytes, std::size_t count) {
    if (!stream->write(bytes)) return "not written";
    net::testing::run_until(loop_, [&] { return closed || heard.size() >= count; });
    return std::exchange(heard, {});
  }
  std::string say_until_closed(const std::string& bytes) { return say(bytes, SIZE_MAX); }

  std::unique_ptr<net::ByteStream> stream;
  std::string heard;
  bool closed = false;

 private:
  net::EventLoop& loop_;
  net::Connecting connecting_;
};

}
