// What the engine tests share: a listener that writes down what it is told, frames as byte strings,
// and two engines joined by their bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/engine.h"

namespace wscope::ws {

/// "text hello", "piece text hel", "last text lo", "ping x", "close 1000 bye", "failed 1002 server
/// sent …", one line an event.
class Recorder : public EngineListener {
 public:
  std::vector<std::string> events;
  ServerReply reply;
  std::vector<std::string> asked;  // "GET /chat upgrade [a,b]"
  Engine* echo = nullptr;          // sends every message back with its type

  void on_message(MessageType type, std::string_view data) override {
    events.push_back((type == MessageType::kText ? "text " : "binary ") + std::string(data));
    if (echo == nullptr) return;
    if (type == MessageType::kText) {
      echo->send_text(data);
    } else {
      echo->send_binary(data);
    }
  }
  void on_piece(MessageType type, std::string_view data, bool last) override {
    events.push_back(std::string(last ? "last " : "piece ") +
                     (type == MessageType::kText ? "text " : "binary ") + std::string(data));
  }
  void on_pong_sent(std::string_view data) override { pongs_sent.emplace_back(data); }
  void on_ping(std::string_view data) override { events.push_back("ping " + std::string(data)); }
  void on_pong(std::string_view data) override { events.push_back("pong " + std::string(data)); }
  void on_close(const CloseFrame& frame) override {
    events.push_back("close" + (frame.code ? " " + std::to_string(*frame.code) : std::string()) +
                     (frame.reason.empty() ? "" : " " + frame.reason));
  }
  void on_failed(const Error& error, std::uint16_t code) override {
    events.push_back("failed " + std::to_string(code) + " " + error.message);
  }
  ServerReply on_request(const ServerRequest& request) override {
    std::string line = std::string(request.method) + " " + std::string(request.target);
    line += request.is_upgrade ? " upgrade [" : " plain [";
    for (const auto& name : request.subprotocols) {
      line += (line.back() == '[' ? "" : ",") + name;
    }
    asked.push_back(line + "]");
    return reply;
  }
  void on_open() override { events.push_back("open"); }

  std::vector<std::string> pongs_sent;
  std::vector<std::string> take() { return std::exchange(events, {}); }
};

inline std::string take_output(Engine& engine) {
  std::string bytes(engine.output());
  engine.output_written(bytes.size());
  return bytes;
}

/// Gives the bytes through receive_buffer(), as a socket would.
inline void give(Engine& engine, std::string_view bytes) {
  while (!bytes.empty()) {
    const Engine::Span room = engine.receive_buffer();
    const std::size_t size = std::min(room.size, bytes.size());
    bytes.copy(room.data, size);
    engine.received(size);
    bytes.remove_prefix(size);
  }
}

/// One frame; `mask` makes it a client's.
inline std::string frame(int first, std::string_view payload,
                         std::string_view mask = std::string_view()) {
  std::string bytes(1, static_cast<char>(first));
  const int mask_bit = mask.empty() ? 0 : 0x80;
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes += static_cast<char>(mask_bit | static_cast<int>(size));
  } else {
    const int extended = size < 65536 ? 2 : 8;
    bytes += static_cast<char>(mask_bit | (extended == 2 ? 126 : 127));
    for (int i = extended - 1; i >= 0; --i) {
      bytes += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
    }
  }
  bytes += mask;
  for (std::size_t i = 0; i < size; ++i) {
    bytes += mask.empty() ? payload[i] : static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return bytes;
}

/// A masked frame with the mask taken away and its bit cleared, as in the comparison of bytes.
inline std::string unmasked(std::string_view bytes) {
  std::string plain;
  while (bytes.size() >= 2) {
    const auto length7 = static_cast<unsigned char>(bytes[1]) & 0x7f;
    const std::size_t extended = length7 == 127 ? 8 : length7 == 126 ? 2 : 0;
    std::uint64_t length = extended == 0 ? length7 : 0;
    for (std::size_t i = 0; i < extended; ++i) {
      length = length << 8 | static_cast<unsigned char>(bytes[2 + i]);
    }
    const bool masked = (bytes[1] & 0x80) != 0;
    plain += bytes[0];
    plain += static_cast<char>(length7);
    plain += bytes.substr(2, extended);
    bytes.remove_prefix(2 + extended);
    const std::string_view mask = bytes.substr(0, masked ? 4 : 0);
    bytes.remove_prefix(mask.size());
    for (std::size_t i = 0; i < length; ++i) {
      plain += masked ? static_cast<char>(bytes[i] ^ mask[i % 4]) : bytes[i];
    }
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return plain + std::string(bytes);
}

inline std::string close_payload(int code, std::string_view reason = {}) {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xff);
  return payload + std::string(reason);
}

/// An upgrade request with an example's key (RFC 6455 1.3).
inline std::string request_head(const std::string& more = {}) {
  return "GET /chat?x=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         more + "\r\n";
}

/// One engine of either role that has just opened, and what its peer would write.
struct Side {
  bool server = false;
  Recorder heard;
  std::unique_ptr<Engine> engine;

  Side(bool is_server, EngineSettings settings) : server(is_server) {
    if (!server) {
      engine = Engine::client(settings, heard);
      return;
    }
    std::string more;
    if (settings.deflate) {
      settings.server_deflate = DeflateOffer{};
      settings.server_deflate->threshold = settings.deflate->threshold;
      more = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    }
    engine = Engine::server(settings, heard);
    give(*engine, request_head(more));
    take_output(*engine);
    heard.take();
  }
  /// A frame of the peer's.
  std::string from_peer(int first, std::string_view payload) const {
    return frame(first, payload, server ? "\x37\xfa\x21\x3d" : "");
  }
  const char* peer() const { return server ? "client" : "server"; }
};

}  // namespace wscope::ws
