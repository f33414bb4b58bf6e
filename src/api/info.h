#pragma once
// The text of INFO: sections of `name:value` lines, as monitoring tools and GUIs read them.

#include <string>

#include "api/service.h"

namespace starling::api {

// `words`: the sections asked for; none means the default ones. Unknown ones are passed over.
std::string info_text(Service& service, std::span<const core::Bytes> words);

}
