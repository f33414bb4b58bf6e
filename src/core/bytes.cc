#include "core/bytes.h"

namespace starling::core {

Bytes end_of_prefix(BytesView prefix) {
  Bytes end{prefix};
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}
