#include "node/options.h"

namespace starling::node {

core::Bytes encode_meta_number(std::uint64_t number) {
  core::Bytes bytes;
  for (int i = 0; i < 8; ++i, number >>= 8) bytes.push_back(static_cast<char>(number & 0xFF));
  return bytes;
}

std::uint64_t decode_meta_number(core::BytesView bytes) {
  if (bytes.size() != 8) return 0;
  std::uint64_t number = 0;
  for (std::size_t i = 8; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

}
