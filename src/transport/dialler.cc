#include "transport/dialler.h"

#include <algorithm>
#include <utility>

namespace starling::transport {

Dialler::Dialler(net::EventLoop& loop, std::string address, const DialOptions& options,
                 core::Prng prng, DialHandlers handlers)
    : loop_{loop},
      address_{std::move(address)},
      options_{options},
      backoff_{options.retry, prng},
      handlers_{std::move(handlers)},
      timer_{loop, [this] { on_time(); }} {}

void Dialler::try_now() { timer_.arm(loop_.now().instant); }

void Dialler::try_later() {
  rest();
  timer_.arm(std::max(loop_.now().instant + backoff_.next(), may_try_at_));
}

void Dialler::rest() {
  timer_.disarm();
  lookup_.reset();
  connecting_.reset();
}

void Dialler::on_time() {
  ++tries_;
  may_try_at_ = loop_.now().instant + options_.spacing;
  if (const auto numeric = net::SocketAddress::parse(address_)) return connect(*numeric);
  const auto name = net::parse_host_port(address_);
  if (!name) return fail(name.error().detail);
  lookup_ = std::make_unique<net::NameLookup>(loop_, *name, [this](net::NameLookup::Answer answer) {
    if (!answer) return fail(answer.error().detail);
    connect((*answer)[tries_ % answer->size()]);
  });
}

void Dialler::connect(const net::SocketAddress& address) {
  connecting_ = std::make_unique<net::Connecting>(
      loop_, address, net::ConnectOptions{options_.patience, options_.limits, options_.from},
      [this](net::Connecting::Outcome outcome) {
        if (!outcome) return fail(outcome.error().detail);
        handlers_.on_connected(std::move(*outcome));
      });
}

void Dialler::fail(const std::string& why) {
  try_later();
  handlers_.on_failed(why);
}

}
