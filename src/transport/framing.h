#pragma once
// Frames on a stream: a length of four bytes, least significant first, then that many bytes. A
// length of zero is a frame too: a sign of life.

#include <array>
#include <cstddef>
#include <functional>

#include "core/bytes.h"
#include "core/result.h"

namespace starling::transport {

inline constexpr std::size_t frame_header_bytes = 4;

// `payload` with its length before it; below 4 GiB.
core::Bytes make_frame(core::Bytes payload);

// Puts frames together again. Memory follows what has arrived (at most twice of it), never what a
// header claims.
class FrameReader {
 public:
  explicit FrameReader(std::size_t payload_bytes_max) : payload_bytes_max_{payload_bytes_max} {}

  // For frames whose header has not been read.
  void limit_payload(std::size_t bytes_max) { payload_bytes_max_ = bytes_max; }

  // Hands each completed payload to `take`: valid during the call, starting at a multiple of eight
  // bytes. When `take` answers false, or after an error, the stream is over: read nothing more.
  core::Result<void> read(core::BytesView bytes,
                          const std::function<bool(core::BytesView payload)>& take);

 private:
  core::Result<void> read_header(core::BytesView& bytes);

  std::size_t payload_bytes_max_;
  std::array<unsigned char, frame_header_bytes> header_{};
  std::size_t header_bytes_ = 0;
  std::size_t payload_bytes_ = 0;  // Known once the header is complete.
  core::Bytes payload_;
};

}
