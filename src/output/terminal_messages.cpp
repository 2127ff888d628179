#include "output/terminal_messages.h"

#include "base/byte_text.h"
#include "base/escape.h"
#include "output/hexdump.h"
#include "output/json_text.h"
#include "output/words.h"

namespace wscope::output {
namespace {

constexpr std::string_view kIndent = "  ";  // as wide as a mark
constexpr std::size_t kDumpRows = 16;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;  // nobody reads more rows than that
constexpr std::size_t kKeptCapacity = std::size_t{64} << 10;

void trim_capacity(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptCapacity) text.shrink_to_fit();
}

}  // namespace

void TerminalMessages::on_message(const Message& message) {
  const bool sent = message.direction == Direction::kSent;
  if (sent && !message.show_sent) {
    stamper_.touch();
    return;
  }
  const Palette& palette = look_.palette;
  if (stamper_.enabled()) {
    lines_ += palette.faint;
    stamper_.append(lines_);
    lines_ += palette.reset;
  }
  if (look_.format == OutputFormat::kAuto) {
    lines_.append(sent ? palette.sent : palette.received).append(sent ? "> " : "< ");
    lines_.append(palette.reset);
    if (message.client != 0) {
      lines_.append(palette.faint).append("[" + std::to_string(message.client) + "] ");
      lines_.append(palette.reset);
    }
  }
  switch (look_.format) {
    case OutputFormat::kHex:
      append_hex(lines_, message.data);
      lines_ += '\n';
      break;
    case OutputFormat::kBase64:
      append_base64(lines_, message.data);
      lines_ += '\n';
      break;
    case OutputFormat::kAuto:
      if (message.type == MessageType::kBinary) {
        append_binary(message.data);
        break;
      }
      [[fallthrough]];
    default:
      append_text(message.data);
  }
  out_.put(lines_);
  trim_capacity(lines_);
}

void TerminalMessages::append_text(std::string_view text) {
  const Palette& palette = look_.palette;
  EscapeStyle style;
  style.before = palette.escape;
  style.after = palette.reset;
  const bool as_json = look_.pretty || palette.enabled();
  if (!as_json || !append_json(body_, text, {look_.pretty, true, palette})) {
    // The last line end would be invisible; it is content all the same.
    const bool ends_line = !text.empty() && text.back() == '\n';
    append_escaped(body_, text.substr(0, text.size() - (ends_line ? 1 : 0)), style);
    if (ends_line) body_.append(style.before).append("\\n").append(style.after);
  }
  append_indented(body_);
  lines_ += '\n';
  trim_capacity(body_);
}

void TerminalMessages::append_indented(std::string_view body) {
  const bool indents = look_.format == OutputFormat::kAuto;
  while (true) {
    const auto newline = body.find('\n');
    if (newline == std::string_view::npos) break;
    lines_.append(body.substr(0, newline + 1));
    if (indents) lines_.append(kIndent);
    body.remove_prefix(newline + 1);
  }
  lines_.append(body);
}

void TerminalMessages::append_binary(std::string_view data) {
  const Palette& palette = look_.palette;
  lines_.append(palette.faint).append("binary, ").append(counted(data.size(), "byte"));
  lines_.append(palette.reset).append("\n");
  HexdumpStyle style{kIndent, out_.columns(), kDumpRows, {}, palette.faint, palette.reset};
  if (look_.keeps_last && hexdump_elides(data.size(), style)) {
    last_elided_.assign(data.substr(0, kKeptBytes));
    style.elided_hint = " /last shows all";
  }
  append_hexdump(lines_, data, style);
}

bool TerminalMessages::show_last() {
  if (last_elided_.empty()) return false;
  const Palette& palette = look_.palette;
  append_hexdump(lines_, last_elided_,
                 {kIndent, out_.columns(), 0, {}, palette.faint, palette.reset});
  out_.put(lines_);
  trim_capacity(lines_);
  return true;
}

}  // namespace wscope::output
