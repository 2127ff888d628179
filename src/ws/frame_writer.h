// FrameWriter: frames on their way out, in order (RFC 6455 5.2, 5.3; RFC 7692 7.2.1).
//
// Builds a frame at the end of the output with its mask, when this side masks, and the payload
// masked while it is copied; a message is compressed first when a codec is given and it is worth
// it. The handshake's bytes and websocketpp's own frames join the same output through raw(). Owned
// by the engine, loop thread only. Counts what it writes; throws nothing but std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "ws/deflate_codec.h"
#include "ws/engine.h"
#include "ws/masking.h"

namespace wscope::ws {

class FrameWriter {
 public:
  FrameWriter(bool masks, EngineCounters& counters);

  /// `first`: FIN, RSV bits and opcode.
  void frame(std::uint8_t first, std::string_view payload);
  void message(std::uint8_t opcode, std::string_view data, DeflateCodec* codec);
  /// The same, but from 1 MiB on, uncompressed and when nothing else waits, the message is not
  /// copied: it gives its memory for the output, if it has left room in front.
  void whole_message(std::uint8_t opcode, ByteBuffer& data, DeflateCodec* codec);
  void raw(std::string_view bytes) { out_.append(bytes); }

  std::string_view output() const { return out_.view(); }
  void written(std::size_t size);

 private:
  void count_message(std::size_t size);
  void compressed(std::uint8_t opcode, std::string_view data, DeflateCodec& codec);

  const bool masks_;
  MaskPool& keys_;
  EngineCounters& counters_;
  ByteBuffer out_;
  ByteBuffer deflated_;
};

}  // namespace wscope::ws
