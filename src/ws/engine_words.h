// What websocketpp's frame reader objects to, as a close code and in words a person understands.
//
// Included by engine.cpp only. websocketpp's own words name neither the side nor the RFC's section,
// and its codes send 1011 for a length that is not minimal, which RFC 6455 7.4.1 has 1002 for.
#pragma once

#include <string>
#include <websocketpp/close.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/processors/base.hpp>

#include "ws/engine_wire.h"

namespace wscope::ws {

inline std::string frame_kind(const FrameHeader& frame) {
  switch (frame.opcode()) {
    case kOpContinuation:
      return "continuation";
    case kOpText:
      return "text";
    case kOpBinary:
      return "binary";
    case kOpClose:
      return "CLOSE";
    case kOpPing:
      return "PING";
    case kOpPong:
      return "PONG";
    default:
      return "unknown";
  }
}

inline std::string reserved_bit_words(const Wire& wire) {
  const FrameHeader& frame = wire.frame;
  const std::string peer = wire.peer();
  if ((frame.first & (kRsv2 | kRsv3)) != 0) {
    const char* bit = (frame.first & kRsv2) != 0 ? "RSV2" : "RSV3";
    return peer + " set " + bit + ", which nothing was agreed about (RFC 6455 5.2)";
  }
  if (wire.codec == nullptr) {
    return peer + " set RSV1, but no compression was agreed (RFC 6455 5.2)";
  }
  return peer + " set RSV1 on a " + frame_kind(frame) + " frame (RFC 7692 6)";
}

inline Violation reserved_opcode(const Wire& wire) {
  return {kCloseProtocolError,
          std::string(wire.peer()) + " sent a frame with the reserved opcode " +
              std::to_string(wire.frame.opcode()) + " (RFC 6455 5.2)",
          {}};
}

inline Violation violation_of(const websocketpp::lib::error_code& error, const Wire& wire) {
  namespace judged = websocketpp::processor::error;
  const std::string peer = wire.peer();
  const std::string kind = frame_kind(wire.frame);
  switch (error.value()) {
    case judged::masking_forbidden:
      return {kCloseProtocolError, peer + " sent a masked frame (RFC 6455 5.1)", {}};
    case judged::masking_required:
      return {kCloseProtocolError, peer + " sent a frame without a mask (RFC 6455 5.1)", {}};
    case judged::invalid_rsv_bit:
      return {kCloseProtocolError, reserved_bit_words(wire), {}};
    case judged::invalid_opcode:
      return reserved_opcode(wire);
    case judged::control_too_big:
      if (wire.frame.opcode() > kOpPong) return reserved_opcode(wire);
      return {kCloseProtocolError,
              peer + " sent a " + kind + " of more than 125 bytes (RFC 6455 5.5)",
              {}};
    case judged::fragmented_control:
      return {kCloseProtocolError, peer + " sent a fragmented " + kind + " (RFC 6455 5.5)", {}};
    case judged::invalid_continuation:
      return {kCloseProtocolError,
              wire.frame.opcode() == kOpContinuation
                  ? peer + " sent a continuation without a message to continue (RFC 6455 5.4)"
                  : peer + " began a message inside a fragmented one (RFC 6455 5.4)",
              {}};
    case judged::non_minimal_encoding:
      return {kCloseProtocolError,
              (wire.frame.length >> 63U) != 0
                  ? peer + " sent a length of 2^63 bytes or more (RFC 6455 5.2)"
                  : peer + " sent a length that is not in its shortest form (RFC 6455 5.2)",
              {}};
    case judged::message_too_big:
      return too_big(wire.max_message_size);
    case judged::invalid_utf8:
      return not_utf8(wire.text.failed_at());
    default:
      return {
          kCloseInternalError, "frame of the " + peer + " can't be read: " + error.message(), {}};
  }
}

/// Close frames that no one may send (RFC 6455 5.5.1, 7.4).
inline Violation bad_close(const std::string& payload, const Wire& wire) {
  const std::string peer = wire.peer();
  if (payload.size() == 1) {
    return {kCloseProtocolError, peer + " sent a CLOSE with half a code (RFC 6455 5.5.1)", {}};
  }
  const auto code = big_endian(payload.data(), 2);
  return {kCloseProtocolError,
          peer + " sent a CLOSE with code " + std::to_string(code) +
              ", which can't stand there (RFC 6455 7.4)",
          {}};
}

inline Violation bad_close_reason(const Wire& wire) {
  return {kCloseInvalidPayload,
          std::string(wire.peer()) + " sent a CLOSE whose reason is not UTF-8 (RFC 6455 5.5.1)",
          {}};
}

/// Why websocketpp refused a request that the listener was not asked about.
inline std::string words_for_refusal(const websocketpp::lib::error_code& error,
                                     websocketpp::http::status_code::value status) {
  if (status == websocketpp::http::status_code::request_header_fields_too_large) {
    return "its head is larger than 16000 bytes";
  }
  if (status == websocketpp::http::status_code::request_entity_too_large) {
    return "its body is too large";
  }
  if (error == websocketpp::error::make_error_code(websocketpp::error::http_parse_error)) {
    return "it is not an HTTP/1.1 request with a Host";
  }
  return error.message();
}

}  // namespace wscope::ws
