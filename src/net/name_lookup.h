#pragma once
// Asks the system for the addresses of a host name. May take seconds; destroying it forgets the
// question.

#include <functional>
#include <memory>
#include <vector>

#include "core/result.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace starling::net {

class NameLookup {
 public:
  // In the order in which the system prefers them; never empty, never repeated.
  using Answer = core::Result<std::vector<SocketAddress>>;

  NameLookup(EventLoop& loop, const HostPort& asked,
             std::move_only_function<void(Answer)> callback);

 private:
  struct Inside;
  struct Forget {
    void operator()(Inside* inside) const;
  };
  std::unique_ptr<Inside, Forget> inside_;
};

}
