// Wire: what the engine and the parts it lends to websocketpp share for one connection.
//
// websocketpp's templates reach it from their mended members (engine_mends.h): the bytes they are
// to read, the message being put together, the agreed compression, and the place where a violation
// is told. Owned by the engine, used on the loop thread only. Knows nothing of websocketpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "ws/close_code.h"
#include "ws/deflate_codec.h"
#include "ws/frame_header.h"
#include "ws/response_fields.h"
#include "ws/utf8.h"

namespace wscope::ws {

/// Why the connection fails: the code for the peer, the words for people (RFC 6455 7.1.7).
struct Violation {
  std::uint16_t code = kCloseProtocolError;
  std::string words;
  std::string hint;
};

struct Wire {
  static constexpr std::size_t kKeptMessage = std::size_t{1} << 20;

  bool server = false;
  std::size_t max_message_size = 0;
  std::size_t largest_whole = 0;  // larger ones are told in pieces, or are too large
  std::optional<DeflateOffer> server_deflate;
  std::unique_ptr<DeflateCodec> codec;  // when compression was agreed
  ResponseFields response_fields;       // of a request that was granted
  bool close_sent = false;

  char* feed = nullptr;    // the bytes for websocketpp's frame reader; null during the handshake
  std::size_t unread = 0;  // handshake bytes that websocketpp gave back
  FrameHeader frame;       // of the frame that is being fed
  ByteBuffer message;      // fragments and inflated bytes of the message being read
  std::uint64_t told = 0;  // bytes of it that were given out before those, in pieces
  Utf8Checker text;
  std::uint64_t compressed_in = 0;  // payload bytes of the message being read, when compressed
  std::optional<Violation> violation;

  /// The message was delivered.
  void end_message() {
    message.clear();
    message.shrink(kKeptMessage);
    told = 0;
    text.reset();
    compressed_in = 0;
  }
  const char* peer() const { return server ? "client" : "server"; }
};

inline Violation not_utf8(std::uint64_t at) {
  return {kCloseInvalidPayload,
          "text is not UTF-8 at byte " + std::to_string(at) + " of the message (RFC 6455 8.1)",
          {}};
}

inline Violation cut_text() {
  return {kCloseInvalidPayload, "text ends in the middle of a character (RFC 6455 8.1)", {}};
}

/// What is wrong with a whole text that is not valid.
inline Violation bad_text(std::string_view text) {
  const std::size_t at = utf8_error_offset(text);
  return at == text.size() ? cut_text() : not_utf8(at);
}

inline Violation too_big(std::size_t limit) {
  return {kCloseTooBig, "message is larger than " + std::to_string(limit) + " bytes",
          "--max-size BYTES allows larger ones"};
}

inline Violation not_inflatable(const Wire& wire) {
  return {kCloseInvalidPayload,
          std::string("compressed message of the ") + wire.peer() +
              " can't be inflated (RFC 7692 7.2.2)",
          {}};
}

/// `limit`: what it may inflate to.
inline Violation padded(std::size_t limit) {
  return {kCloseTooBig,
          "compressed message takes far more than the " + std::to_string(limit) +
              " bytes it may inflate to",
          {}};
}

inline Violation violation_of(DeflateCodec::Outcome outcome, const Wire& wire) {
  if (outcome == DeflateCodec::Outcome::kTooBig) return too_big(wire.max_message_size);
  if (outcome == DeflateCodec::Outcome::kPadded) return padded(wire.max_message_size);
  return not_inflatable(wire);
}

}  // namespace wscope::ws
