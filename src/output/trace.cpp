#include "output/trace.h"

#include <fmt/format.h>

#include <utility>

#include "base/escape.h"
#include "base/mask_credentials.h"
#include "output/frame_words.h"
#include "output/hexdump.h"
#include "output/words.h"

namespace wscope::output {
namespace {

constexpr std::size_t kDumpedBytes = std::size_t{1} << 20;
constexpr std::string_view kDumpIndent = "            ";  // under the frame's words
constexpr std::size_t kWaitingLines = 256;

std::size_t index(Direction direction) { return direction == Direction::kSent ? 0 : 1; }

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

void Trace::set_level(TraceLevel level) {
  // Frames of messages under way have been missed, or will be.
  if (level != wishes_.level) {
    for (auto& [name, wire] : wires_) wire.pairing.stop();
  }
  wishes_.level = level;
}

std::size_t Trace::frame_preview() const {
  switch (wishes_.level) {
    case TraceLevel::kBytes:
      return kDumpedBytes;
    case TraceLevel::kFrames:
      return 2 * kTextPreview;  // a Close whole (RFC 6455 5.5), and no cut inside a character
    default:
      return 0;
  }
}

void Trace::on_connection(std::string_view name) {
  if (name == name_) return;
  name_ = name;
  const auto known = wires_.find(name_);
  wire_ = known == wires_.end() ? nullptr : &known->second;
}

Trace::Wire& Trace::wire() {
  if (wire_ == nullptr) wire_ = &wires_[name_];
  return *wire_;
}

void Trace::take_turn() {
  if (wire_ == told_) return;
  release();
  told_ = wire_;
}

void Trace::release() {
  if (told_ == nullptr) return;
  if (const std::string lines = told_->pairing.release(); !lines.empty()) out_.put(lines);
}

void Trace::on_resolved(const Resolved& resolved) {
  const std::string outcome =
      resolved.error.empty() ? join(resolved.addresses) : "failed: " + std::string(resolved.error);
  const std::string typed =
      resolved.display_host.empty() ? "" : fmt::format(" ({})", resolved.display_host);
  step(fmt::format("resolve {}{}: {} ({})", resolved.host, typed, outcome,
                   duration_words(resolved.seconds)));
}

void Trace::on_connect_attempt(const ConnectAttempt& attempt) {
  const std::string failure =
      attempt.error.empty() ? std::string() : ": failed: " + std::string(attempt.error);
  step(fmt::format("connect {}{} ({})", attempt.address, failure, duration_words(attempt.seconds)));
}

void Trace::on_head(const Head& event) {
  head(event.direction == Direction::kSent ? '>' : '<', event.head);
}

void Trace::on_proxy_step(const ProxyStep& proxy) {
  step(fmt::format("proxy {} ({})", proxy.text, duration_words(proxy.seconds)));
}

void Trace::on_tls(const TlsEstablished& tls) {
  std::string verdict = tls.verified ? "verified" : "not verified";
  if (!tls.verify_note.empty()) verdict += ": " + tls.verify_note;
  step(fmt::format("{} {}, certificate {}, {} ({})", tls.version, tls.cipher, tls.subject, verdict,
                   duration_words(tls.seconds)));
  step(fmt::format("certificate issued by {}, valid from {} to {}", tls.issuer, tls.not_before,
                   tls.not_after));
  if (!tls.alpn.empty()) step("ALPN " + tls.alpn);
}

void Trace::on_request(const RequestSent& request) { head('>', request.head); }

void Trace::on_response(const ResponseReceived& response) {
  wire().upgrade_seconds = response.seconds;
  head('<', response.head);
}

void Trace::on_redirected(const Redirected& redirected) {
  std::string text = fmt::format("redirect {} to {}", redirected.status, redirected.to);
  if (!redirected.note.empty()) text += fmt::format(" ({})", redirected.note);
  step(text);
}

void Trace::on_opened(const Opened& opened) {
  login_.reset();
  wire().deflate_agreed = !opened.extensions.empty();
  for (bool& compressed : wire_->compressed) compressed = false;
  if (frames()) {
    wire_->pairing.begin();
  } else {
    wire_->pairing.stop();
  }
  std::string text = "open";
  if (!opened.subprotocol.empty()) text += ": subprotocol " + std::string(opened.subprotocol);
  if (!opened.extensions.empty()) {
    text += opened.subprotocol.empty() ? ": " : ", ";
    text += opened.extensions;
  }
  if (wire_->upgrade_seconds > 0) text += " (" + duration_words(wire_->upgrade_seconds) + ")";
  step(text);
}

void Trace::on_message(const Message& message) {
  if (!frames()) return;
  auto& pairing = wire().pairing;
  take_turn();
  pairing.add_message(message);
  if (const std::string lines = pairing.take(); !lines.empty()) out_.put(lines);
}

// Its frame comes when it is written, later.
void Trace::on_wire_message(const Message& message, std::string_view masked) {
  if (frames() && !wishes_.secrets && !masked.empty()) {
    login_ = Login{std::string(message.data), std::string(masked)};
  }
  on_message(wishes_.secrets ? message : masked_message(message, masked));
}

// Dialects log in first, so that no other message can be meant by a compressed one.
std::string Trace::masked_words(const Frame& frame, bool compressed) {
  if (!login_ || frame.direction != Direction::kSent || is_control(frame.opcode)) return {};
  const std::string& data = login_->data;
  const bool same =
      frame.length == data.size() && data.compare(0, frame.payload.size(), frame.payload) == 0;
  if (!same && !compressed) return {};
  const std::string masked = std::move(login_->masked);
  login_.reset();
  return text_preview(masked, masked.size());
}

void Trace::on_frame(const Frame& frame) {
  if (!frames()) return;
  wire();
  take_turn();
  const std::size_t side = index(frame.direction);
  const bool data = !is_control(frame.opcode);
  if (data && frame.opcode != 0) {
    wire_->opcode[side] = frame.opcode;
    wire_->compressed[side] = frame.rsv1 && wire_->deflate_agreed;
  }
  const bool compressed = data && wire_->compressed[side];
  // Only a frame that is a message by itself can be told by the message's text.
  const bool wants_preview = compressed && frame.fin && frame.opcode != 0 && frame.missing == 0;
  std::string text = prefix(frame.direction == Direction::kSent ? '>' : '<');
  text += frame_header_words(frame);
  const std::string masked = masked_words(frame, compressed);
  if (!wants_preview) {
    const std::string payload = masked.empty() ? payload_words(frame, compressed) : masked;
    if (!payload.empty()) text += " " + payload;
  }
  std::string tail = "\n";
  if (wishes_.level >= TraceLevel::kBytes && masked.empty()) append_dump(tail, frame);
  wire_->pairing.add_frame(frame.direction, std::move(text), std::move(tail), data && frame.fin,
                           wants_preview);
  out_.put(wire_->pairing.waiting() < kWaitingLines ? wire_->pairing.take()
                                                    : wire_->pairing.release());
}

std::string Trace::payload_words(const Frame& frame, bool compressed) const {
  if (compressed) return "(compressed)";
  if (frame.opcode == 8) return close_payload_words(frame.payload);
  if (frame.length == 0) return is_control(frame.opcode) ? "" : "\"\"";
  const std::uint8_t kind =
      frame.opcode == 0 ? wire_->opcode[index(frame.direction)] : frame.opcode;
  // What people put into pings is mostly text.
  const bool printable = escaped(utf8_prefix(frame.payload, kTextPreview), kOneLine) ==
                         utf8_prefix(frame.payload, kTextPreview);
  if (kind == 1 || (is_control(kind) && printable)) {
    return text_preview(frame.payload, frame.length);
  }
  return hex_preview(frame.payload, frame.length);
}

void Trace::append_dump(std::string& lines, const Frame& frame) const {
  append_hexdump(
      lines, frame.payload,
      {kDumpIndent, out_.columns(), 0, {}, wishes_.palette.faint, wishes_.palette.reset});
  if (frame.payload.size() < frame.length) {
    lines += fmt::format("{}… {} more\n", kDumpIndent,
                         counted(frame.length - frame.payload.size(), "byte"));
  }
}

void Trace::on_closed(const Closed& closed) {
  step(closed_words(closed));
  if (closed.client == 0) return;
  // It is not heard of again.
  release();
  wires_.erase(name_);
  wire_ = told_ = nullptr;
}

void Trace::on_error(const Error& error) {
  if (wishes_.alone) step("error: " + escaped(error.message, kOneLine));
}

void Trace::on_failure(const Error& error) { on_error(error); }

void Trace::on_notice(std::string_view notice) {
  if (wishes_.alone) step(escaped(notice, kOneLine));
}

void Trace::on_end(ExitStatus status, const Totals& totals) {
  step(fmt::format("end: status {}, sent {} ({}), received {} ({})", static_cast<int>(status),
                   counted(totals.messages_sent, "message"), counted(totals.bytes_sent, "byte"),
                   counted(totals.messages_received, "message"),
                   counted(totals.bytes_received, "byte")));
}

void Trace::flush() {
  release();
  out_.flush();
}

std::string Trace::prefix(char mark) const {
  const Palette& palette = wishes_.palette;
  const std::string_view color = mark == '>'   ? palette.sent
                                 : mark == '<' ? palette.received
                                               : palette.faint;
  return fmt::format("{}[{:7.3f}]{} {}{}{} ", palette.faint, clock_.seconds(), palette.reset, color,
                     mark, palette.reset) +
         (name_.empty() ? name_ : name_ + " ");
}

void Trace::line(char mark, std::string_view text) {
  if (!on()) return;
  take_turn();
  std::string whole = prefix(mark);
  if (out_.is_screen()) {
    append_escaped(whole, text, kOneLine);
  } else {
    whole += text;
  }
  whole += '\n';
  if (wire_ == nullptr) return out_.put(whole);
  wire_->pairing.add_line(std::move(whole));
  out_.put(wire_->pairing.take());
}

void Trace::head(char mark, std::string_view head) {
  if (!on()) return;
  const std::string shown = wishes_.secrets ? std::string(head) : mask_credentials(head);
  std::string_view rest = shown;
  while (!rest.empty()) {
    const auto newline = rest.find('\n');
    std::string_view text = rest.substr(0, newline);
    rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (!text.empty()) line(mark, text);  // not the line that ends a head
  }
}

}  // namespace wscope::output
