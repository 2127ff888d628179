#include "ws/engine.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/http_field.h"
#include "ws/engine_config.h"
#include "ws/engine_mends.h"
#include "ws/engine_wire.h"
#include "ws/engine_words.h"
#include "ws/frame_header.h"
#include "ws/frame_writer.h"
#include "ws/message_lane.h"
#include "ws/server_request.h"

namespace wscope::ws {
namespace {

constexpr std::size_t kReadRoom = std::size_t{64} << 10;
// Of what one read gives, the begun frame at its end is moved to the front: with 192 KiB that was
// half of all bytes where frames have 64 KiB, with this a twelfth.
constexpr std::size_t kUsualBuffer = std::size_t{768} << 10;
// A server has as many of them as clients that flood it.
constexpr std::size_t kServersBuffer = std::size_t{256} << 10;
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20;
constexpr std::size_t kMaxHead = std::size_t{16} << 10;
constexpr std::string_view kTlsHandshake = "\x16";      // ContentType, RFC 8446 5.1
constexpr std::string_view kNoRequest = "TLS\r\n\r\n";  // has websocketpp answer 400
// A message that is told in pieces holds what so many compressed bytes become.
constexpr std::size_t kInflatedAtOnce = std::size_t{64} << 10;
constexpr std::size_t kCloseReasonMost = 123;
// With so much output waiting the peer is not reading: of its pings only the last is answered.
constexpr std::size_t kMostBeforePongs = std::size_t{1} << 20;

class WebsocketEngine final : public Engine {
 public:
  WebsocketEngine(const EngineSettings& settings, EngineListener& listener, bool server);
  ~WebsocketEngine() override;

  State state() const override { return state_; }
  Span receive_buffer() override;
  void received(std::size_t size) override;
  void received(std::string_view bytes) override;
  std::string_view unread() const override { return in_.view(); }
  std::optional<std::uint64_t> message_so_far() const override;
  std::string_view output() const override { return out_.output(); }
  void output_written(std::size_t size) override;
  bool send_text(std::string_view data) override { return send(kOpText, data); }
  bool send_binary(std::string_view data) override { return send(kOpBinary, data); }
  bool send_whole(MessageType type, ByteBuffer& message) override;
  bool send_ping(std::string_view data) override { return send_control(kOpPing, data); }
  bool send_pong(std::string_view data) override { return send_control(kOpPong, data); }
  bool close(std::optional<std::uint16_t> code, std::string_view reason) override;
  const EngineCounters& counters() const override { return counters_; }

 private:
  using Connection = websocketpp::connection<EngineConfig>;
  using ErrorCode = websocketpp::lib::error_code;

  void attach();
  bool live() const { return state_ == State::kOpen || state_ == State::kClosing; }

  // Handshake, server role.
  void read_handshake();
  void feed_handshake(const char* bytes, std::size_t size, bool from_buffer);
  void end_handshake();
  ServerReply ask(bool is_upgrade);
  bool believable();
  bool on_validate();
  void on_http();
  void answer(const ServerReply& reply);

  // Frames.
  void read_frames();
  bool feed_slow();
  void feed(std::size_t size);
  void tell_piece();
  void fail();

  // What websocketpp tells.
  void on_message(const EngineMessage& message);
  void on_ping(const std::string& data);
  void on_close();

  bool send(std::uint8_t opcode, std::string_view data);
  bool send_control(std::uint8_t opcode, std::string_view data);
  ErrorCode write(std::string_view bytes);

  EngineListener& listener_;
  const EngineSettings settings_;
  State state_;
  Wire wire_;
  EngineCounters counters_;
  ByteBuffer in_;
  FrameWriter out_;
  MessageLane lane_;

  std::optional<std::string> owed_pong_;  // the answer to the last ping, while too much waits
  bool inside_message_ = false;           // between the fragments of one
  std::uint8_t first_of_message_ = 0;     // the first byte of that message
  char slow_header_[kMaxHeader] = {};
  std::size_t slow_header_size_ = 0;
  std::size_t slow_header_whole_ = 0;
  std::uint64_t slow_left_ = 0;  // payload bytes of the frame that websocketpp is reading
  std::uint64_t slow_data_ = 0;  // payload bytes of data frames that it has read

  std::string head_;
  bool line_overlooked_ = false;
  bool head_fed_ = false;
  bool asked_ = false;
  std::string handshake_fault_;

  std::unique_ptr<websocketpp::client<EngineConfig>> client_;
  std::unique_ptr<websocketpp::server<EngineConfig>> server_;
  Connection::ptr connection_;
};

WebsocketEngine::WebsocketEngine(const EngineSettings& settings, EngineListener& listener,
                                 bool server)
    : listener_(listener),
      settings_(settings),
      state_(server ? State::kHandshake : State::kOpen),
      out_(!server, counters_),
      lane_(wire_, listener, counters_) {
  in_.grow((server ? kServersBuffer : kUsualBuffer) - ByteBuffer::kSlack);
  wire_.server = server;
  wire_.max_message_size = settings.max_message_size;
  wire_.largest_whole = std::min(settings.largest_whole, settings.max_message_size);
  if (server) {
    wire_.server_deflate = settings.server_deflate;
    server_ = std::make_unique<websocketpp::server<EngineConfig>>();
    server_->set_user_agent("wscope/" WSCOPE_VERSION);
    connection_ = server_->get_connection();
    attach();
    connection_->start();
  } else {
    if (settings.deflate) wire_.codec = std::make_unique<DeflateCodec>(*settings.deflate);
    client_ = std::make_unique<websocketpp::client<EngineConfig>>();
    ErrorCode ignored;
    connection_ = client_->get_connection("ws://peer/", ignored);
    attach();
    client_->connect(connection_);
  }
}

WebsocketEngine::~WebsocketEngine() {
  // A handshake that is still being read holds the connection through its own read handler.
  connection_->set_close_handler(nullptr);
  connection_->set_fail_handler(nullptr);
  connection_->eof();
}

void WebsocketEngine::attach() {
  using websocketpp::connection_hdl;
  connection_->wire = &wire_;
  connection_->set_message_handler(
      [this](connection_hdl, const EngineMessage::ptr& message) { on_message(*message); });
  connection_->set_ping_handler([this](connection_hdl, const std::string& data) {
    on_ping(data);
    return false;
  });
  connection_->set_pong_handler(
      [this](connection_hdl, const std::string& data) { listener_.on_pong(data); });
  connection_->set_close_handler([this](connection_hdl) { on_close(); });
  connection_->set_validate_handler([this](connection_hdl) { return on_validate(); });
  connection_->set_http_handler([this](connection_hdl) { on_http(); });
  connection_->set_write_handler([this](connection_hdl, const char* bytes, std::size_t size) {
    return write(std::string_view(bytes, size));
  });
  connection_->set_vector_write_handler(
      [this](connection_hdl, const std::vector<websocketpp::transport::buffer>& buffers) {
        for (const auto& buffer : buffers) write({buffer.buf, buffer.len});
        return ErrorCode();
      });
  if (!wire_.server) return;
  connection_->set_open_handler([this](connection_hdl) {
    state_ = State::kOpen;
    listener_.on_open();
  });
}

// --- bytes in -----------------------------------------------------------------------------------

Engine::Span WebsocketEngine::receive_buffer() {
  // A frame that has begun gets room for all of it at once; a few bytes more let the next one in.
  const std::size_t lacking = lane_.lacking(in_);
  if (in_.size() + lacking < kKeptBuffer) in_.shrink(kKeptBuffer);
  if (!in_.try_grow(lacking + kReadRoom)) in_.grow(kReadRoom);
  return {in_.data() + in_.size(), in_.room()};
}

void WebsocketEngine::received(std::size_t size) {
  in_.added(size);
  if (state_ == State::kHandshake) read_handshake();
  read_frames();
  if (!live() && state_ != State::kHandshake) in_.clear();
}

void WebsocketEngine::received(std::string_view bytes) {
  in_.append(bytes);
  received(std::size_t{0});
}

// --- handshake, server role (RFC 6455 4.2) --------------------------------------------------

void WebsocketEngine::read_handshake() {
  if (!head_fed_) {
    // RFC 9112 2.2: an empty line before the request is overlooked, once.
    if (!line_overlooked_ && in_.view().substr(0, 2) == "\r\n") {
      line_overlooked_ = true;
      in_.consume(2);
    }
    const std::string_view view = in_.view();
    if (view.substr(0, 1) == kTlsHandshake) {
      // It would wait for our side of TLS until its patience is over.
      handshake_fault_ = "a TLS handshake stands where HTTP belongs";
      in_.clear();
      head_fed_ = true;
      return feed_handshake(kNoRequest.data(), kNoRequest.size(), false);
    }
    // RFC 9112 2.2: a line may end with a bare LF.
    const auto end = view.find("\n\r\n");
    const auto bare_end = view.find("\n\n");
    std::size_t size =
        std::min(end == view.npos ? end : end + 3, bare_end == view.npos ? bare_end : bare_end + 2);
    if (size == view.npos && view.size() < kMaxHead) return;
    size = std::min(size, view.size());
    head_.assign(view.substr(0, size));
    in_.consume(size);
    head_fed_ = true;
    std::string lines;
    for (const char letter : head_) {
      if (letter == '\n' && (lines.empty() || lines.back() != '\r')) lines += '\r';
      lines += letter;
    }
    feed_handshake(lines.data(), lines.size(), false);
  }
  // What still comes before the answer is the body of a request.
  if (state_ == State::kHandshake && !in_.empty()) {
    feed_handshake(in_.data(), in_.size(), true);
  }
}

void WebsocketEngine::feed_handshake(const char* bytes, std::size_t size, bool from_buffer) {
  wire_.unread = 0;
  const std::size_t taken = connection_->read_all(bytes, size);
  if (from_buffer) in_.consume(taken - wire_.unread);
  if (connection_->get_state() == websocketpp::session::state::closed) end_handshake();
}

void WebsocketEngine::end_handshake() {
  if (asked_) {
    state_ = State::kClosed;
    return;
  }
  state_ = State::kFailed;
  const auto status = connection_->get_response_code();
  const std::string why =
      handshake_fault_.empty()
          ? words_for_refusal(connection_->get_ec(), status) + " (RFC 6455 4.2.1)"
          : handshake_fault_;
  Error error;
  error.stage = Stage::kConnection;
  error.message = "client's handshake is wrong: " + why;
  listener_.on_failed(error, static_cast<std::uint16_t>(status));
}

ServerReply WebsocketEngine::ask(bool is_upgrade) {
  asked_ = true;
  ServerRequest request;
  request.method = connection_->get_request().get_method();
  const std::string target = origin_form(connection_->get_request().get_uri());
  request.target = target;
  request.head = head_;
  for (const auto name : split_list(connection_->get_request_header("Sec-WebSocket-Protocol"))) {
    if (is_token(name)) request.subprotocols.emplace_back(name);
  }
  request.is_upgrade = is_upgrade;
  ServerReply reply = listener_.on_request(request);
  const auto& asked = request.subprotocols;
  if (std::find(asked.begin(), asked.end(), reply.subprotocol) == asked.end()) {
    reply.subprotocol.clear();
  }
  return reply;
}

/// RFC 6455 4.2.1: the key is 16 bytes in base64.
bool is_handshake_key(std::string_view key) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.substr(22) == "==" &&
         key.substr(0, 22).find_first_not_of(kAlphabet) == key.npos;
}

/// websocketpp has parsed it, and takes much for a request that RFC 9112 has a server refuse.
bool WebsocketEngine::believable() {
  handshake_fault_ = fault_of_request(head_);
  return handshake_fault_.empty();
}

bool WebsocketEngine::on_validate() {
  if (believable() && !is_handshake_key(connection_->get_request_header("Sec-WebSocket-Key"))) {
    handshake_fault_ = "Sec-WebSocket-Key is not 16 bytes in base64 (RFC 6455 4.2.1)";
  } else if (!connection_->get_request_header("Transfer-Encoding").empty()) {
    handshake_fault_ = "its body is in a Transfer-Encoding, where frames begin (RFC 9112 6.3)";
  }
  if (!handshake_fault_.empty()) {
    answer({400, {}, {}, {}});
    return false;
  }
  ServerReply reply = ask(true);
  if (reply.status != 101) {
    answer(reply);
    return false;
  }
  wire_.response_fields = std::move(reply.headers);
  // websocketpp would look for it in its own list, which takes no empty elements.
  if (!reply.subprotocol.empty()) {
    wire_.response_fields.emplace_back("Sec-WebSocket-Protocol", std::move(reply.subprotocol));
  }
  return true;
}

void WebsocketEngine::on_http() {
  if (!believable()) {
    answer({400, {}, {}, {}});
    return;
  }
  ServerReply reply = ask(false);
  if (reply.status == 101) {  // RFC 9110 15.5.22: there is nothing here but WebSocket
    reply.status = 426;
    reply.headers.emplace_back("Upgrade", "websocket");
    reply.body = "this is a WebSocket server\n";
  }
  answer(reply);
}

void WebsocketEngine::answer(const ServerReply& reply) {
  const auto status = static_cast<websocketpp::http::status_code::value>(reply.status);
  connection_->set_status(status);
  connection_->remove_header("Sec-WebSocket-Extensions");  // the library agreed before it asked
  for (const auto& [name, value] : reply.headers) connection_->append_header(name, value);
  // RFC 9110 7.8: who sends Upgrade names it in Connection, too.
  connection_->append_header("Connection", reply.status == 426 ? "Upgrade, close" : "close");
  // RFC 9110 9.3.2: the answer to HEAD is what GET would get, without its body.
  const bool has_body = !reply.body.empty() && connection_->get_request().get_method() != "HEAD";
  connection_->set_body(has_body ? reply.body : "");
  if (!has_body) {
    connection_->replace_header("Content-Length", std::to_string(reply.body.size()));
  }
}

// --- frames -------------------------------------------------------------------------------------

void WebsocketEngine::read_frames() {
  while (live()) {
    const bool between_frames = slow_header_size_ == 0 && slow_left_ == 0;
    if (between_frames && !inside_message_) {
      const MessageLane::Outcome outcome = lane_.take(in_);
      if (outcome == MessageLane::Outcome::kMore) return;
      if (outcome == MessageLane::Outcome::kFailed) {
        fail();
        return;
      }
    }
    if (!feed_slow()) return;
  }
}

std::optional<std::uint64_t> WebsocketEngine::message_so_far() const {
  if (!live()) return std::nullopt;
  if (lane_.inside_large()) return counters_.payload_received + in_.size();
  const bool between_frames = slow_header_size_ == 0 && slow_left_ == 0;
  const bool begun = between_frames && !in_.empty() && (byte_at(in_.data(), 0) & 0x0f) <= kOpBinary;
  const bool inside = slow_left_ > 0 && wire_.frame.opcode() <= kOpBinary;
  if (!inside_message_ && !inside && !begun) return std::nullopt;
  return slow_data_ + (begun ? in_.size() : 0);
}

/// Hands the next bytes of a frame to websocketpp. False: there are none yet.
bool WebsocketEngine::feed_slow() {
  if (in_.empty()) return false;
  if (slow_left_ > 0) {
    const std::size_t most = (first_of_message_ & kRsv1) != 0 ? kInflatedAtOnce : in_.size();
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(slow_left_, std::min(most, in_.size())));
    slow_left_ -= size;
    if (wire_.frame.opcode() <= kOpBinary) slow_data_ += size;
    feed(size);
    return true;
  }
  // The second byte tells how long the header is.
  if (slow_header_size_ == 0) {
    if (in_.size() < 2) return false;
    slow_header_whole_ = header_size(byte_at(in_.data(), 1));
  }
  const std::size_t size = slow_header_whole_ - slow_header_size_;
  const std::size_t come = std::min(size, in_.size());
  std::memcpy(slow_header_ + slow_header_size_, in_.data(), come);
  slow_header_size_ += come;
  wire_.frame.first = byte_at(slow_header_, 0);
  wire_.frame.second = byte_at(slow_header_, 1);
  if (slow_header_size_ == slow_header_whole_) {
    wire_.frame = read_frame_header(slow_header_);
    slow_left_ = wire_.frame.length;
    slow_header_size_ = 0;
    const std::uint8_t opcode = wire_.frame.opcode();
    if (opcode <= kOpBinary) inside_message_ = !wire_.frame.fin();
    if (opcode == kOpText || opcode == kOpBinary) first_of_message_ = wire_.frame.first;
  }
  feed(come);
  return true;
}

void WebsocketEngine::feed(std::size_t size) {
  wire_.feed = in_.data();
  counters_.wire_received += size;
  connection_->handle_read_frame(ErrorCode(), size);
  wire_.feed = nullptr;
  in_.consume(size);
  tell_piece();
}

/// Of a message in fragments, or compressed, that has become too large to be told whole.
void WebsocketEngine::tell_piece() {
  const std::string_view come = wire_.message.view();
  if (wire_.told == 0 && come.size() <= wire_.largest_whole) return;
  if (!live() || (wire_.codec != nullptr && wire_.codec->suspects())) return;
  const bool text = (first_of_message_ & 0x0f) == kOpText;
  const std::string_view whole = text ? come.substr(0, utf8_cut_offset(come)) : come;
  if (whole.empty()) return;
  wire_.told += whole.size();
  counters_.payload_received += whole.size();
  listener_.on_piece(text ? MessageType::kText : MessageType::kBinary, whole, false);
  wire_.message.consume(whole.size());
}

void WebsocketEngine::fail() {
  ErrorCode ignored;
  connection_->close(wire_.violation->code, wire_.violation->words, ignored);
}

// --- what websocketpp tells -----------------------------------------------------------------

void WebsocketEngine::on_message(const EngineMessage& message) {
  const std::string_view data = wire_.message.view();
  ++counters_.messages_received;
  counters_.payload_received += data.size();
  if (message.get_compressed()) {
    counters_.compressed_in += wire_.compressed_in;
    counters_.inflated += wire_.told + data.size();
  }
  const bool text = message.get_opcode() == websocketpp::frame::opcode::TEXT;
  const MessageType type = text ? MessageType::kText : MessageType::kBinary;
  if (wire_.told > 0) {
    listener_.on_piece(type, data, true);
  } else {
    listener_.on_message(type, data);
  }
  wire_.end_message();
}

// RFC 6455 5.5.2: a ping is answered as soon as practical. 5.5.3: the last of several is enough, so
// pings of a peer that reads nothing can't pile up as pongs.
void WebsocketEngine::on_ping(const std::string& data) {
  const bool at_once = settings_.answer_pings && out_.output().size() < kMostBeforePongs;
  if (at_once) {
    out_.frame(kFin | kOpPong, data);
    owed_pong_.reset();  // this one came later
  } else if (settings_.answer_pings) {
    owed_pong_ = data;
  }
  listener_.on_ping(data);
  if (at_once) listener_.on_pong_sent(data);
}

void WebsocketEngine::output_written(std::size_t size) {
  out_.written(size);
  if (!owed_pong_ || out_.output().size() >= kMostBeforePongs / 2) return;
  const std::string data = std::move(*owed_pong_);
  owed_pong_.reset();
  if (!live()) return;
  out_.frame(kFin | kOpPong, data);
  listener_.on_pong_sent(data);
}

void WebsocketEngine::on_close() {
  if (wire_.violation) {
    state_ = State::kFailed;
    listener_.on_failed(
        Error{Stage::kConnection, wire_.violation->words, wire_.violation->hint, {}},
        wire_.violation->code);
    return;
  }
  state_ = State::kClosed;
  CloseFrame frame;
  const auto code = connection_->get_remote_close_code();
  if (code != kCloseNoStatus) frame.code = code;
  frame.reason = connection_->get_remote_close_reason();
  listener_.on_close(frame);
}

// --- bytes out ----------------------------------------------------------------------------------

WebsocketEngine::ErrorCode WebsocketEngine::write(std::string_view bytes) {
  out_.raw(bytes);
  if (state_ != State::kHandshake) counters_.wire_sent += bytes.size();
  return {};
}

bool WebsocketEngine::send(std::uint8_t opcode, std::string_view data) {
  if (state_ != State::kOpen) return false;
  out_.message(opcode, data, wire_.codec.get());
  return true;
}

bool WebsocketEngine::send_whole(MessageType type, ByteBuffer& message) {
  if (state_ != State::kOpen) return false;
  out_.whole_message(type == MessageType::kText ? kOpText : kOpBinary, message, wire_.codec.get());
  return true;
}

bool WebsocketEngine::send_control(std::uint8_t opcode, std::string_view data) {
  if (state_ != State::kOpen || data.size() > kMaxControlPayload) return false;
  out_.frame(kFin | opcode, data);
  return true;
}

// websocketpp refuses some codes and drops what comes after its Close. RFC 6455 1.4 lets the peer
// finish, and a debugging tool sends what it is told: so the Close is written here, and websocketpp
// goes on reading until the peer's.
bool WebsocketEngine::close(std::optional<std::uint16_t> code, std::string_view reason) {
  if (state_ != State::kOpen || reason.size() > kCloseReasonMost) return false;
  std::string payload;
  if (code) {
    payload += static_cast<char>(*code >> 8);
    payload += static_cast<char>(*code & 0xff);
    payload += reason;
  }
  out_.frame(kFin | kOpClose, payload);
  wire_.close_sent = true;
  state_ = State::kClosing;
  return true;
}

}  // namespace

std::unique_ptr<Engine> Engine::client(const EngineSettings& settings, EngineListener& listener) {
  return std::make_unique<WebsocketEngine>(settings, listener, false);
}

std::unique_ptr<Engine> Engine::server(const EngineSettings& settings, EngineListener& listener) {
  return std::make_unique<WebsocketEngine>(settings, listener, true);
}

}  // namespace wscope::ws
