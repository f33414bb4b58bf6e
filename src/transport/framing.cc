#include "transport/framing.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "core/assert.h"

namespace starling::transport {
namespace {

// A buffer that once held a large frame is given back.
constexpr std::size_t buffer_bytes_kept = 64 * 1024;

}

core::Bytes make_frame(core::Bytes payload) {
  STARLING_ASSERT(payload.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::array<char, frame_header_bytes> header;
  for (std::size_t i = 0; i < header.size(); ++i) header[i] = static_cast<char>(length >> (8 * i));
  payload.insert(0, header.data(), header.size());
  return payload;
}

core::Result<void> FrameReader::read_header(core::BytesView& bytes) {
  while (header_bytes_ < header_.size() && !bytes.empty()) {
    header_[header_bytes_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
  }
  if (header_bytes_ < header_.size()) return {};
  payload_bytes_ = 0;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    payload_bytes_ |= std::size_t{header_[i]} << (8 * i);
  }
  if (payload_bytes_ <= payload_bytes_max_) return {};
  return core::fail(core::Errc::over_limit,
                    "a frame that claims " + std::to_string(payload_bytes_) + " bytes");
}

core::Result<void> FrameReader::read(core::BytesView bytes,
                                     const std::function<bool(core::BytesView)>& take) {
  while (!bytes.empty()) {
    if (header_bytes_ < header_.size()) {
      if (auto header = read_header(bytes); !header) return header;
      if (header_bytes_ < header_.size()) return {};
    }
    const auto part = bytes.substr(0, payload_bytes_ - payload_.size());
    payload_.append(part);
    bytes.remove_prefix(part.size());
    if (payload_.size() < payload_bytes_) return {};

    header_bytes_ = 0;
    if (!take(payload_)) return {};
    if (payload_.capacity() > buffer_bytes_kept) {
      payload_ = {};
    } else {
      payload_.clear();
    }
  }
  return {};
}

}
