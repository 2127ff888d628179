// Members of websocketpp 0.8.2 that are written anew for EngineConfig, by explicit specialisation.
//
// Included by engine.cpp only, before anything instantiates them. Each says what was wrong, with
// the section of the RFC that it breaks.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <websocketpp/client.hpp>
#include <websocketpp/server.hpp>

#include "base/http_field.h"
#include "ws/engine_config.h"
#include "ws/engine_words.h"

namespace websocketpp {

namespace mended {
using Config = wscope::ws::EngineConfig;
using Processor = processor::hybi13<Config>;
using Connection = connection<Config>;
using Request = Connection::request_type;
}  // namespace mended

namespace processor {

// RFC 7692 6.1: RSV1 belongs to a message's first frame; the library took it on any data frame.
// RFC 6455 5.2: the most significant bit of a 64-bit length is 0; the library called it too big.
template <>
inline lib::error_code mended::Processor::validate_incoming_extended_header(
    frame::basic_header header, frame::extended_header extended) const {
  const std::uint8_t basic_size = frame::get_basic_size(header);
  const std::uint64_t size = frame::get_payload_size(header, extended);
  if (frame::get_rsv1(header) && frame::get_opcode(header) == frame::opcode::CONTINUATION) {
    return make_error_code(error::invalid_rsv_bit);
  }
  if (basic_size == frame::payload_size_code_16bit && size <= frame::limits::payload_size_basic) {
    return make_error_code(error::non_minimal_encoding);
  }
  if (basic_size == frame::payload_size_code_64bit &&
      (size <= frame::limits::payload_size_extended || size >> 63 != 0)) {
    return make_error_code(error::non_minimal_encoding);
  }
  return {};
}

// The library unmasked byte by byte, inflated without a limit (RFC 7692 section 10 leaves it to us)
// and checked UTF-8 with a table per byte. The message grows in Wire::message, and its size counts
// over all its frames, inflated.
template <>
inline std::size_t mended::Processor::process_payload_bytes(std::uint8_t* bytes, std::size_t size,
                                                            lib::error_code& ec) {
  using wscope::ws::DeflateCodec;
  wscope::ws::Wire& wire = *m_permessage_deflate.wire;
  char* data = reinterpret_cast<char*>(bytes);
  if (frame::get_masked(m_basic_header)) {
    const std::uint64_t whole = frame::get_payload_size(m_basic_header, m_extended_header);
    wscope::ws::mask_in_place(data, size,
                              frame::get_masking_key(m_basic_header, m_extended_header).i,
                              static_cast<std::size_t>((whole - m_bytes_needed) % 4));
  }
  wscope::ws::EngineMessage& message = *m_current_msg->msg_ptr;
  if (frame::opcode::is_control(message.get_opcode())) {
    message.append_payload(data, size);
    m_bytes_needed -= size;
    return size;
  }
  const std::size_t before = wire.message.size();
  const bool text = message.get_opcode() == frame::opcode::TEXT;
  auto outcome = DeflateCodec::Outcome::kOk;
  if (message.get_compressed()) {
    wire.compressed_in += size;
    outcome = wire.codec->inflate({data, size}, wire.message, wire.max_message_size,
                                  text ? &wire.text : nullptr);
  } else {
    if (!wire.message.try_grow(size)) {
      ec = make_error_code(error::message_too_big);
      return 0;
    }
    wire.message.append({data, size});
    if (text && !wire.text.feed(wire.message.view().substr(before))) {
      outcome = DeflateCodec::Outcome::kNotText;
    }
  }
  if (outcome == DeflateCodec::Outcome::kNotText) {
    ec = make_error_code(error::invalid_utf8);
    return 0;
  }
  if (outcome != DeflateCodec::Outcome::kOk) {
    wire.violation = violation_of(outcome, wire);
    ec = make_error_code(error::invalid_payload);
    return 0;
  }
  m_bytes_needed -= size;
  return size;
}

// RFC 6455 8.1: the library looked at the last frame's opcode, so a fragmented text that ended in
// the middle of a character was taken. RFC 7692 7.2.2: a message must end where a block ends.
template <>
inline lib::error_code mended::Processor::finalize_message() {
  using wscope::ws::DeflateCodec;
  wscope::ws::Wire& wire = *m_permessage_deflate.wire;
  const wscope::ws::EngineMessage& message = *m_current_msg->msg_ptr;
  if (!frame::opcode::is_control(message.get_opcode())) {
    const bool text = message.get_opcode() == frame::opcode::TEXT;
    auto outcome = DeflateCodec::Outcome::kOk;
    if (message.get_compressed()) {
      outcome = wire.codec->finish_inflate(wire.message, wire.max_message_size,
                                           text ? &wire.text : nullptr);
    }
    if (outcome == DeflateCodec::Outcome::kNotText) {
      return make_error_code(error::invalid_utf8);
    }
    if (outcome != DeflateCodec::Outcome::kOk) {
      wire.violation = violation_of(outcome, wire);
      return make_error_code(error::invalid_payload);
    }
    if (text && !wire.text.complete()) {
      wire.violation = wscope::ws::cut_text();
      return make_error_code(error::invalid_utf8);
    }
  }
  m_state = READY;
  return {};
}

// The library reserved a continuation's claimed length, and std::bad_alloc ended the program.
template <>
inline std::size_t mended::Processor::consume(std::uint8_t* bytes, std::size_t size,
                                              lib::error_code& ec) {
  const wscope::ws::Wire& wire = *m_permessage_deflate.wire;
  std::size_t at = 0;
  ec = {};
  while (m_state != READY && (at < size || m_bytes_needed == 0)) {
    if (m_state == HEADER_BASIC) {
      at += copy_basic_header_bytes(bytes + at, size - at);
      if (m_bytes_needed > 0) break;
      ec = validate_incoming_basic_header(m_basic_header, base::m_server, !m_data_msg.msg_ptr);
      if (ec) break;
      m_state = HEADER_EXTENDED;
      m_cursor = 0;
      m_bytes_needed = frame::get_header_len(m_basic_header) - frame::BASIC_HEADER_LENGTH;
    } else if (m_state == HEADER_EXTENDED) {
      at += copy_extended_header_bytes(bytes + at, size - at);
      if (m_bytes_needed > 0) break;
      ec = validate_incoming_extended_header(m_basic_header, m_extended_header);
      if (ec) break;
      m_state = APPLICATION;
      m_bytes_needed =
          static_cast<std::size_t>(frame::get_payload_size(m_basic_header, m_extended_header));
      const frame::opcode::value opcode = frame::get_opcode(m_basic_header);
      if (frame::opcode::is_control(opcode)) {
        m_control_msg.msg_ptr = m_msg_manager->get_message(opcode, m_bytes_needed);
        m_current_msg = &m_control_msg;
        continue;
      }
      if (!m_data_msg.msg_ptr) {
        m_data_msg.msg_ptr = m_msg_manager->get_message(opcode, m_bytes_needed);
        m_data_msg.msg_ptr->set_compressed(wire.codec != nullptr &&
                                           frame::get_rsv1(m_basic_header));
      }
      m_current_msg = &m_data_msg;
      // A compressed message is as large as what it inflates to.
      if (!m_data_msg.msg_ptr->get_compressed() &&
          m_bytes_needed > wire.max_message_size - wire.told - wire.message.size()) {
        ec = make_error_code(error::message_too_big);
        break;
      }
    } else {
      const std::size_t come = std::min(m_bytes_needed, size - at);
      if (come > 0) at += process_payload_bytes(bytes + at, come, ec);
      if (ec || m_bytes_needed > 0) break;
      if (frame::get_fin(m_basic_header)) {
        ec = finalize_message();
        if (ec) break;
      } else {
        reset_headers();
      }
    }
  }
  return at;
}

// RFC 6455 4.2.1, items 3 and 4: the library looked for the words anywhere in these headers.
template <>
inline bool is_websocket_handshake(mended::Request& request) {
  return wscope::list_has(request.get_header("Upgrade"), "websocket") &&
         wscope::list_has(request.get_header("Connection"), "Upgrade");
}

// RFC 7692 5.1: the library lost repeated parameters and had an offer of its own.
template <>
inline mended::Processor::err_str_pair mended::Processor::negotiate_extensions(
    const request_type& request) {
  wscope::ws::Wire& wire = *m_permessage_deflate.wire;
  if (!wire.server_deflate) return {};
  const auto answer = wscope::ws::answer_deflate_offer(
      request.get_header("Sec-WebSocket-Extensions"), *wire.server_deflate);
  if (!answer) return {};
  wire.codec = std::make_unique<wscope::ws::DeflateCodec>(answer->agreement);
  return {lib::error_code(), answer->header};
}

}  // namespace processor

namespace mended {
/// hybi13 that knows the connection's wire. The library keeps headers in a map, one value a name:
/// two Set-Cookie would become one, joined by a comma (RFC 9110 5.3), so the user's come behind it.
class WiredProcessor : public Processor {
 public:
  WiredProcessor(bool secure, bool server, msg_manager_ptr manager, rng_type& masks,
                 wscope::ws::Wire* wire)
      : Processor(secure, server, std::move(manager), masks) {
    m_permessage_deflate.wire = wire;
  }
  std::string get_raw(const response_type& response) const override {
    const auto& added = m_permessage_deflate.wire->response_fields;
    return added.empty() ? response.raw() : wscope::ws::add_fields(response.raw(), added);
  }
};
}  // namespace mended

// Only version 13 is RFC 6455; the drafts before it are no longer spoken.
template <>
inline mended::Connection::processor_ptr mended::Connection::get_processor(int) const {
  return lib::make_shared<mended::WiredProcessor>(transport_con_type::is_secure(), m_is_server,
                                                  m_msg_manager, lib::ref(m_rng), wire);
}

// RFC 6455 4.4: another version is answered with 426 and the version we speak; the library said 400
// and offered drafts. 4.2.1: the value is 13; the library read the number that it begins with.
template <>
inline lib::error_code mended::Connection::initialize_processor() {
  if (!processor::is_websocket_handshake(m_request)) return {};
  if (m_request.get_header("Sec-WebSocket-Version") != "13") {
    m_response.set_status(http::status_code::upgrade_required);
    m_response.replace_header("Sec-WebSocket-Version", "13");
    m_response.replace_header("Upgrade", "websocket");
    return error::make_error_code(error::unsupported_version);
  }
  m_processor = get_processor(13);
  // RFC 9112 9.6: of what it is about to refuse the library did not say that the connection ends.
  if (m_processor->validate_handshake(m_request)) m_response.replace_header("Connection", "close");
  return {};
}

// RFC 9112 4: the library gave the requests that it could not parse a status without a reason.
template <>
inline void mended::Connection::write_http_response_error(const lib::error_code& ec) {
  if (m_response.get_status_msg().empty()) m_response.set_status(m_response.get_status_code());
  const bool upgrade = m_response.get_status_code() == http::status_code::upgrade_required;
  m_response.replace_header("Connection", upgrade ? "Upgrade, close" : "close");
  m_internal_state = istate::PROCESS_HTTP_REQUEST;
  write_http_response(ec);
}

// A client's engine begins when the response gate has accepted the upgrade: the connection is open,
// and no request is sent.
template <>
inline void mended::Connection::handle_transport_init(const lib::error_code& ec) {
  if (ec) {
    terminate(ec);
  } else if (m_is_server) {
    m_internal_state = istate::READ_HTTP_REQUEST;
    read_handshake(1);
  } else {
    m_processor = get_processor(13);
    m_internal_state = istate::PROCESS_CONNECTION;
    m_state = session::state::open;
    if (m_open_handler) m_open_handler(m_connection_hdl);
  }
}

// RFC 6455 7.1.7: a connection that fails sends one Close, and none when ours is out already.
template <>
inline void mended::Connection::close(close::status::value code, const std::string& reason,
                                      lib::error_code& ec) {
  std::string fitting(reason, 0, frame::limits::close_reason_size);
  if (!wire->close_sent) ec = send_close_frame(code, fitting, true, false);
  terminate(lib::error_code());
}

// RFC 6455 5.5.1, 7.4: the library answered a Close without a code with 1000, a reason that is not
// UTF-8 with 1002, and left the client's connection open for the engine after the peer's Close.
template <>
inline void mended::Connection::process_control_frame(message_ptr message) {
  const std::string& payload = message->get_payload();
  if (message->get_opcode() == frame::opcode::PING) {
    if (m_ping_handler) m_ping_handler(m_connection_hdl, payload);
    return;
  }
  if (message->get_opcode() == frame::opcode::PONG) {
    if (m_pong_handler) m_pong_handler(m_connection_hdl, payload);
    return;
  }
  lib::error_code bad_code;
  lib::error_code bad_reason;
  m_remote_close_code = close::extract_code(payload, bad_code);
  m_remote_close_reason = close::extract_reason(payload, bad_reason);
  lib::error_code ignored;
  if (bad_code || bad_reason) {
    wire->violation = bad_code ? bad_close(payload, *wire) : wscope::ws::bad_close_reason(*wire);
    close(wire->violation->code, wire->violation->words, ignored);
    return;
  }
  if (!wire->close_sent) send_close_frame(m_remote_close_code, m_remote_close_reason, true, false);
  terminate(lib::error_code());
}

// The library copied every byte into its own buffer. Here frames are read where the engine has
// them, and what is wrong with them is told in full.
template <>
inline void mended::Connection::handle_read_frame(const lib::error_code& ec, std::size_t size) {
  if (ec) {
    terminate(ec);
    return;
  }
  if (wire->feed == nullptr) {  // what came behind the request goes back to the engine
    wire->unread = size;
    return;
  }
  auto* bytes = reinterpret_cast<std::uint8_t*>(wire->feed);
  std::size_t at = 0;
  while (at < size && m_state == session::state::open) {
    lib::error_code objection;
    at += m_processor->consume(bytes + at, size - at, objection);
    if (objection) {
      if (!wire->violation) wire->violation = violation_of(objection, *wire);
      lib::error_code ignored;
      close(wire->violation->code, wire->violation->words, ignored);
      return;
    }
    if (!m_processor->ready()) continue;
    const message_ptr message = m_processor->get_message();
    if (frame::opcode::is_control(message->get_opcode())) {
      process_control_frame(message);
    } else if (m_message_handler) {
      m_message_handler(m_connection_hdl, message);
    }
  }
}

}  // namespace websocketpp
