// What an engine told and wrote for given bytes in given pieces, as one text; fuzz targets compare
// the stories of the same bytes in different pieces.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "ws/engine.h"
#include "ws/frame_header.h"

namespace wscope::ws {

inline void require(bool holds) {
  if (!holds) std::abort();
}

class Storyteller : public EngineListener {
 public:
  std::string story;
  Engine* engine = nullptr;
  bool echo = false;
  std::size_t close_after = 0;  // messages; 0: never
  std::size_t max_message_size = 0;

  void on_message(MessageType type, std::string_view data) override {
    require(live() && data.size() <= max_message_size);
    tell(type == MessageType::kText ? "text" : "binary", data);
    if (echo) type == MessageType::kText ? engine->send_text(data) : engine->send_binary(data);
    if (close_after != 0 && --close_after == 0) engine->close(1000, "enough");
  }
  /// Pieces tell the story of the whole message, once it has ended.
  void on_piece(MessageType type, std::string_view data, bool last) override {
    require(live() && (last || !data.empty()));
    require(type == MessageType::kBinary || is_valid_utf8(data));
    pieces_ += data;
    require(pieces_.size() <= max_message_size);
    if (last) on_message(type, std::exchange(pieces_, {}));
  }
  void on_ping(std::string_view data) override { control("ping", data); }
  void on_pong(std::string_view data) override { control("pong", data); }
  void on_close(const CloseFrame& frame) override {
    require(!ended_);
    ended_ = true;
    tell("close " + std::to_string(frame.code.value_or(0)), frame.reason);
  }
  void on_failed(const Error& error, std::uint16_t code) override {
    require(!ended_);
    ended_ = true;
    tell("failed " + std::to_string(code), error.message);
  }
  ServerReply on_request(const ServerRequest& request) override {
    require(!asked_);
    asked_ = true;
    tell("request " + std::string(request.method), request.target);
    ServerReply reply;
    if (request.target == "/refuse") reply.status = 403;
    if (!request.subprotocols.empty()) reply.subprotocol = request.subprotocols.front();
    return reply;
  }
  void on_open() override { tell("open", ""); }

 private:
  bool live() const { return !ended_; }
  void control(const char* kind, std::string_view data) {
    require(live() && data.size() <= kMaxControlPayload);
    tell(kind, data);
  }
  void tell(const std::string& what, std::string_view data) {
    story += what + " " + std::to_string(data.size()) + ":" + std::string(data) + "\n";
  }

  std::string pieces_;
  bool ended_ = false;
  bool asked_ = false;
};

/// Frames with their masks, which are random, taken away. Anything that is no frame is a defect.
inline std::string without_masks(std::string_view bytes, bool masked) {
  std::string plain;
  while (!bytes.empty()) {
    require(bytes.size() >= 2 && bytes.size() >= header_size(byte_at(bytes.data(), 1)));
    const FrameHeader header = read_frame_header(bytes.data());
    require(header.shortest && bytes.size() - header.size >= header.length);
    require(((header.second & kMaskBit) != 0) == masked);
    plain += bytes.substr(0, header.size - (masked ? 4 : 0));
    char key[4];
    std::memcpy(key, &header.mask, sizeof key);
    for (std::size_t i = 0; i < header.length; ++i) {
      plain += static_cast<char>(bytes[header.size + i] ^ key[i % 4]);
    }
    bytes.remove_prefix(header.size + static_cast<std::size_t>(header.length));
  }
  return plain;
}

/// `pieces`: sizes of the pieces in turn, 0 for all that is left.
inline std::string story_of(bool server, const EngineSettings& settings, std::uint8_t habits,
                            std::string_view bytes, std::string_view pieces) {
  Storyteller teller;
  teller.max_message_size = settings.max_message_size;
  teller.echo = (habits & 1) != 0;
  teller.close_after = (habits & 2) != 0 ? 2 : 0;
  const auto engine = server ? Engine::server(settings, teller) : Engine::client(settings, teller);
  teller.engine = engine.get();
  std::string output;
  std::size_t turn = 0;
  while (!bytes.empty()) {
    const auto piece = static_cast<unsigned char>(pieces[turn++ % pieces.size()]);
    const Engine::Span room = engine->receive_buffer();
    require(room.size > 0);
    const std::size_t size = piece == 0 ? bytes.size() : std::min<std::size_t>(piece, bytes.size());
    if (turn % 3 == 0) {
      engine->received(bytes.substr(0, size));
      bytes.remove_prefix(size);
    } else {
      const std::size_t copied = bytes.substr(0, size).copy(room.data, room.size);
      engine->received(copied);
      bytes.remove_prefix(copied);
    }
    output += engine->output();
    engine->output_written(engine->output().size());
  }
  const auto head_end = server ? output.find("\r\n\r\n") : std::string::npos;
  const std::size_t begun = head_end == std::string::npos ? 0 : head_end + 4;
  teller.story += "state " + std::to_string(static_cast<int>(engine->state())) + "\n";
  teller.story += output.substr(0, begun);
  // A refusal's body follows the head; frames follow only a 101.
  const bool frames = !server || output.rfind("HTTP/1.1 101", 0) == 0;
  teller.story += frames ? without_masks(std::string_view(output).substr(begun), !server)
                         : output.substr(begun);
  return std::move(teller.story);
}

}  // namespace wscope::ws
