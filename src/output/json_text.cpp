#include "output/json_text.h"

#include <cstddef>

#include "base/ascii.h"
#include "base/escape.h"

namespace wscope::output {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Sizes of the tokens at the front of `text`; 0 where there is none (RFC 8259 sections 3, 6, 7).
std::size_t digits_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  return size;
}

std::size_t number_size(std::string_view text) {
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t whole = digits_size(text.substr(at));
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_size(text.substr(at + 1));
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-') ? 1 : 0;
    const std::size_t exponent = digits_size(text.substr(at + 1 + sign));
    if (exponent == 0) return 0;
    at += 1 + sign + exponent;
  }
  return at;
}

std::size_t escape_size(std::string_view text) {
  constexpr std::string_view kSimple = "\"\\/bfnrt";
  if (text.size() >= 2 && kSimple.find(text[1]) != std::string_view::npos) return 2;
  if (text.size() < 6 || text[1] != 'u') return 0;
  for (std::size_t i = 2; i < 6; ++i) {
    if (!is_hex_digit(text[i])) return 0;
  }
  return 6;
}

/// With both quotes.
std::size_t string_size(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '"') return at + 1;
    if (byte < 0x20) return 0;
    const std::size_t step = byte == '\\' ? escape_size(text.substr(at)) : 1;
    if (step == 0) return 0;
    at += step;
  }
  return 0;
}

std::size_t literal_size(std::string_view text) {
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text.substr(0, word.size()) == word) return word.size();
  }
  return 0;
}

// Indentation may make a few bytes hundreds; a large message must not become so much more.
constexpr std::size_t kAnyGrowth = std::size_t{1} << 20;
constexpr std::size_t kMostGrowth = 16;

class Formatter {
 public:
  Formatter(std::string& out, std::string_view text, const JsonStyle& style)
      : out_(out),
        text_(text),
        style_(style),
        most_(out.size() + kAnyGrowth + kMostGrowth * text.size()) {}

  bool run() {
    skip_space();
    if (text_.empty() || (text_[0] != '{' && text_[0] != '[')) return false;
    while (true) {
      skip_space();
      if (text_.empty()) return expect_ == Expect::kEnd;
      if (!step(text_[0])) return false;
    }
  }

 private:
  enum class Expect { kValue, kValueOrClose, kKey, kKeyOrClose, kColon, kCommaOrClose, kEnd };

  bool step(char c) {
    const bool may_close = expect_ == Expect::kValueOrClose || expect_ == Expect::kKeyOrClose ||
                           expect_ == Expect::kCommaOrClose;
    if (may_close && c == open_.back() + 2) return close();  // '[' + 2 is ']', '{' + 2 is '}'
    switch (expect_) {
      case Expect::kValue:
      case Expect::kValueOrClose:
        return value(c);
      case Expect::kKey:
      case Expect::kKeyOrClose:
        return key(c);
      case Expect::kColon:
        expect_ = Expect::kValue;
        return c == ':' && punctuation(style_.indent ? ": " : ":");
      case Expect::kCommaOrClose:
        expect_ = open_.back() == '{' ? Expect::kKey : Expect::kValue;
        return c == ',' && punctuation(",") && new_line();
      case Expect::kEnd:
        break;
    }
    return false;
  }

  bool value(char c) {
    if (expect_ == Expect::kValueOrClose) new_line();
    if (c == '{' || c == '[') {
      if (open_.size() == kMaxJsonDepth) return false;
      open_ += c;
      expect_ = c == '{' ? Expect::kKeyOrClose : Expect::kValueOrClose;
      return punctuation(std::string_view(&c, 1));
    }
    expect_ = Expect::kCommaOrClose;
    const Palette& palette = style_.palette;
    if (c == '"') return token(string_size(text_), palette.json_string);
    if (c == '-' || is_digit(c)) return token(number_size(text_), palette.json_number);
    return token(literal_size(text_), palette.json_literal);
  }

  bool key(char c) {
    if (expect_ == Expect::kKeyOrClose) new_line();
    expect_ = Expect::kColon;
    return c == '"' && token(string_size(text_), style_.palette.json_key);
  }

  bool close() {
    const bool empty = expect_ != Expect::kCommaOrClose;
    const char c = static_cast<char>(open_.back() + 2);
    open_.pop_back();
    if (!empty) new_line();
    expect_ = open_.empty() ? Expect::kEnd : Expect::kCommaOrClose;
    return punctuation(std::string_view(&c, 1));
  }

  bool token(std::size_t size, std::string_view color) {
    if (size == 0) return false;
    const std::string_view token = text_.substr(0, size);
    out_ += color;
    if (style_.escape && token[0] == '"') {
      append_escaped(out_, token, escapes(color));
    } else {
      out_ += token;
    }
    out_ += style_.palette.reset;
    text_.remove_prefix(size);
    return true;
  }

  EscapeStyle escapes(std::string_view color) {
    EscapeStyle style;
    if (!style_.palette.enabled()) return style;
    style.before = style_.palette.escape;
    after_escape_.assign(style_.palette.reset).append(color);
    style.after = after_escape_;
    return style;
  }

  /// `shown` stands for one character of the text.
  bool punctuation(std::string_view shown) {
    out_ += shown;
    text_.remove_prefix(1);
    return true;
  }

  bool new_line() {
    if (style_.indent) out_.append(1, '\n').append(2 * open_.size(), ' ');
    return out_.size() <= most_;
  }

  void skip_space() {
    std::size_t size = 0;
    while (size < text_.size() && is_space(text_[size])) ++size;
    // A carriage return could overwrite the line's beginning on a terminal.
    for (std::size_t i = 0; i < size && !style_.indent; ++i) {
      if (text_[i] != '\r' || !style_.escape) out_ += text_[i];
    }
    text_.remove_prefix(size);
  }

  std::string& out_;
  std::string_view text_;  // what is left
  const JsonStyle& style_;
  const std::size_t most_;  // bytes of out_
  std::string open_;        // brackets that wait for their end
  Expect expect_ = Expect::kValue;
  std::string after_escape_;
};

}  // namespace

bool append_json(std::string& out, std::string_view text, const JsonStyle& style) {
  const std::size_t before = out.size();
  if (Formatter(out, text, style).run()) return true;
  out.resize(before);
  return false;
}

}  // namespace wscope::output
