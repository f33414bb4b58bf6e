#include "net/name_lookup.h"

#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <utility>

#include "net/native_address.h"

namespace starling::net {

struct NameLookup::Inside {
  uv_getaddrinfo_t request;
  std::string host;
  std::uint16_t port;
  std::move_only_function<void(Answer)> callback;  // Null: nobody wants to know any more.
  bool answered = false;

  static void on_answer(uv_getaddrinfo_t* request, int status, addrinfo* list) noexcept {
    auto* const inside = static_cast<Inside*>(request->data);
    auto callback = std::move(inside->callback);
    if (!callback) {  // Forgotten: we are the last owner.
      uv_freeaddrinfo(list);
      const std::unique_ptr<Inside> last{inside};
      return;
    }
    inside->callback = nullptr;
    inside->answered = true;
    auto answer = inside->read(status, list);
    uv_freeaddrinfo(list);
    callback(std::move(answer));
  }

  Answer read(int status, const addrinfo* list) const {
    std::vector<SocketAddress> found;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
      const auto address = from_native(*entry->ai_addr);
      if (!address) continue;
      const SocketAddress with_port{address->ip(), port};
      if (!std::ranges::contains(found, with_port)) found.push_back(with_port);
    }
    if (!found.empty()) return found;
    const std::string why = status == 0 ? "no usable address" : uv_strerror(status);
    return core::fail(core::Errc::unavailable, "cannot resolve '" + host + "': " + why);
  }
};

void NameLookup::Forget::operator()(Inside* inside) const {
  if (inside->answered) {
    const std::unique_ptr<Inside> last{inside};
    return;
  }
  inside->callback = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&inside->request));  // Fails when it is being answered.
}

NameLookup::NameLookup(EventLoop& loop, const HostPort& asked,
                       std::move_only_function<void(Answer)> callback)
    : inside_{std::make_unique<Inside>().release()} {
  inside_->host = asked.host;
  inside_->port = asked.port;
  inside_->callback = std::move(callback);
  inside_->request.data = inside_.get();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // Else each address comes once per kind of socket.
  hints.ai_flags = AI_ADDRCONFIG;
  const int status = uv_getaddrinfo(static_cast<uv_loop_t*>(loop.native()), &inside_->request,
                                    &Inside::on_answer, inside_->host.c_str(), nullptr, &hints);
  if (status == 0) return;
  // Not a possible name. The post is the last owner when the question is forgotten meanwhile.
  loop.post([last = std::unique_ptr<Inside>{inside_.get()}, status]() mutable {
    Inside::on_answer(&last.release()->request, status, nullptr);
  });
}

}
