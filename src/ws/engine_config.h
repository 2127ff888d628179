// EngineConfig: websocketpp built from our parts: no threads, no logs, no I/O, no timers of its
// own.
//
// Included by engine.cpp only. Messages are counted without atomics and reused; their data lives in
// Wire::message, so that large ones grow without copies. Masks come from MaskPool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/logger/stub.hpp>

#include "ws/engine_wire.h"
#include "ws/masking.h"

namespace wscope::ws {

class EngineMessages;

/// A frame to be sent, or what is known of a message being read; its text is for control frames.
class EngineMessage {
 public:
  /// Counts without atomics: an engine lives on one thread.
  class ptr {
   public:
    ptr() = default;
    explicit ptr(EngineMessage* message) : message_(message) { hold(); }
    ptr(const ptr& other) : message_(other.message_) { hold(); }
    ptr(ptr&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    ptr& operator=(ptr other) noexcept {
      std::swap(message_, other.message_);
      return *this;
    }
    ~ptr() { drop(); }
    void reset() { *this = ptr(); }
    explicit operator bool() const { return message_ != nullptr; }
    EngineMessage* operator->() const { return message_; }
    EngineMessage& operator*() const { return *message_; }

   private:
    void hold() {
      if (message_ != nullptr) ++message_->holders_;
    }
    inline void drop();

    EngineMessage* message_ = nullptr;
  };

  using Opcode = websocketpp::frame::opcode::value;

  bool get_prepared() const { return prepared_; }
  void set_prepared(bool value) { prepared_ = value; }
  bool get_compressed() const { return compressed_; }
  void set_compressed(bool value) { compressed_ = value; }
  bool get_terminal() const { return terminal_; }
  void set_terminal(bool value) { terminal_ = value; }
  bool get_fin() const { return true; }
  Opcode get_opcode() const { return opcode_; }
  void set_opcode(Opcode value) { opcode_ = value; }
  const std::string& get_header() const { return header_; }
  void set_header(const std::string& header) { header_ = header; }
  const std::string& get_payload() const { return payload_; }
  std::string& get_raw_payload() { return payload_; }
  void append_payload(const std::string& bytes) { payload_.append(bytes); }
  void append_payload(const void* bytes, std::size_t size) {
    payload_.append(static_cast<const char*>(bytes), size);
  }

 private:
  friend class EngineMessages;

  EngineMessages* home_ = nullptr;
  std::size_t holders_ = 0;
  std::string header_;
  std::string payload_;
  Opcode opcode_ = websocketpp::frame::opcode::TEXT;
  bool prepared_ = false;
  bool compressed_ = false;
  bool terminal_ = false;
};

/// Gives out messages and takes them back for reuse; outlives them, as the connection owns both.
class EngineMessages {
 public:
  using ptr = std::shared_ptr<EngineMessages>;

  EngineMessage::ptr get_message() {
    std::unique_ptr<EngineMessage> message;
    if (spare_.empty()) {
      message = std::make_unique<EngineMessage>();
      message->home_ = this;
    } else {
      message = std::move(spare_.back());
      spare_.pop_back();
    }
    return EngineMessage::ptr(message.release());
  }
  /// The size is what a peer claims: nothing is reserved for it.
  EngineMessage::ptr get_message(EngineMessage::Opcode opcode, std::size_t /*size*/) {
    EngineMessage::ptr message = get_message();
    message->set_opcode(opcode);
    return message;
  }
  void take_back(EngineMessage* message) {
    std::unique_ptr<EngineMessage> owned(message);
    if (spare_.size() >= kMostSpare) return;
    message->header_.clear();
    message->payload_.clear();
    message->prepared_ = message->compressed_ = message->terminal_ = false;
    spare_.push_back(std::move(owned));
  }

 private:
  static constexpr std::size_t kMostSpare = 4;
  std::vector<std::unique_ptr<EngineMessage>> spare_;
};

inline void EngineMessage::ptr::drop() {
  if (message_ != nullptr && --message_->holders_ == 0) message_->home_->take_back(message_);
}

/// RFC 6455 10.3: masks nobody can predict.
class EngineMasks {
 public:
  std::uint32_t operator()() { return MaskPool::of_this_thread().next(); }
};

/// websocketpp's base class for what a connection's owner wants to keep with it.
struct EngineLink {
  Wire* wire = nullptr;
};

/// Stands where websocketpp expects its permessage-deflate. The negotiation is done elsewhere
/// (deflate_parameters.h), messages are inflated in the mended reader and sent by the engine.
class EngineDeflate {
 public:
  using Answer = std::pair<websocketpp::lib::error_code, std::string>;

  Wire* wire = nullptr;

  bool is_implemented() const { return true; }
  bool is_enabled() const { return wire != nullptr && wire->codec != nullptr; }
  Answer negotiate(const websocketpp::http::attribute_list&) { return {}; }
  websocketpp::lib::error_code init(bool) { return {}; }
  std::string generate_offer() const { return {}; }
  websocketpp::lib::error_code compress(const std::string&, std::string&) {
    return make_error_code(websocketpp::error::no_outgoing_buffers);
  }
  websocketpp::lib::error_code decompress(const std::uint8_t*, std::size_t, std::string&) {
    return make_error_code(websocketpp::error::no_incoming_buffers);
  }
};

struct EngineConfig : websocketpp::config::core_client {
  using type = EngineConfig;
  using concurrency_type = websocketpp::concurrency::none;
  using request_type = core_client::request_type;
  using response_type = core_client::response_type;
  using message_type = EngineMessage;
  using con_msg_manager_type = EngineMessages;
  using elog_type = websocketpp::log::stub;
  using alog_type = websocketpp::log::stub;
  using rng_type = EngineMasks;
  using connection_base = EngineLink;
  using permessage_deflate_type = EngineDeflate;

  struct transport_config : core_client::transport_config {
    using concurrency_type = type::concurrency_type;
    using elog_type = type::elog_type;
    using alog_type = type::alog_type;
  };
  using transport_type = websocketpp::transport::iostream::endpoint<transport_config>;

  // Deadlines are the session's.
  static const long timeout_open_handshake = 0;
  static const long timeout_close_handshake = 0;
  static const long timeout_pong = 0;
  // Holds pieces of the handshake only; frames are read where they are.
  static const std::size_t connection_read_buffer_size = 4096;
  static const std::size_t max_http_body_size = 65536;
};

}  // namespace wscope::ws
