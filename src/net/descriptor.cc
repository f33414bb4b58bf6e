#include "net/descriptor.h"

#include <unistd.h>

namespace starling::net {

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

}
