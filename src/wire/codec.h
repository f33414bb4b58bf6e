#pragma once
// The wire's face: what leaves and enters a node, as bytes. The specification is schema/*.capnp.
//
// Decoders take anything. They answer `malformed`, `over_limit`, or `foreign` for another cluster
// or protocol version, and allocate at most twice what they were given (and a little for the error
// text). Bytes that start at a multiple of eight are read in place; others are copied first.

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"
#include "node/messages.h"
#include "wire/hello.h"

namespace starling::wire {

// `over_limit` when it does not fit limits::datagram_bytes_max: whoever composed it took too much.
core::Result<core::Bytes> encode_datagram(const node::Datagram& datagram, core::ClusterId cluster);
core::Result<node::Datagram> decode_datagram(core::BytesView bytes, core::ClusterId cluster);

// One frame, without the length that goes before it on a stream. A multiple of eight bytes.
core::Bytes encode_frame(const node::Frame& frame, core::ClusterId cluster);
core::Result<node::Frame> decode_frame(core::BytesView bytes, core::ClusterId cluster);

core::Bytes encode_hello(const Hello& hello, core::ClusterId cluster);
core::Result<Hello> decode_hello(core::BytesView bytes, core::ClusterId cluster);

}
