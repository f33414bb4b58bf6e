#include "core/result.h"

namespace starling::core {

const char* name_of(Errc code) {
  switch (code) {
    case Errc::malformed:
      return "malformed";
    case Errc::over_limit:
      return "over limit";
    case Errc::unexpected:
      return "unexpected";
    case Errc::foreign:
      return "foreign";
    case Errc::refused:
      return "refused";
    case Errc::unavailable:
      return "unavailable";
    case Errc::locked:
      return "locked";
    case Errc::format_unknown:
      return "format unknown";
    case Errc::corrupt:
      return "corrupt";
    case Errc::io:
      return "io";
    case Errc::bad_setting:
      return "bad setting";
  }
  return "unknown";
}

}
