#include "api/session.h"

#include <algorithm>

#include "core/limits.h"

namespace starling::api {

bool is_client_word(core::BytesView text) {
  return text.size() <= core::limits::client_name_bytes_max &&
         std::ranges::all_of(text, [](char byte) { return byte >= '!' && byte <= '~'; });
}

}
