#include "base/json_scanner.h"

#include "base/ascii.h"

namespace wscope {
namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

}  // namespace

void JsonScanner::reset() {
  state_ = State::kBlank;
  expect_ = Expect::kValue;
  open_.clear();
}

std::size_t JsonScanner::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && (state_ == State::kBlank || state_ == State::kInside)) {
    if (expect_ == Expect::kInString) at += skip_plain(bytes.substr(at));
    if (at == bytes.size()) break;
    // Numbers and words have no end of their own; at the top level only white space parts them
    // from what comes next.
    if (scalar_may_end()) {
      if (in_number(bytes[at])) {
        ++at;
        continue;
      }
      value_ended();
      if (state_ == State::kComplete && !is_blank(bytes[at])) state_ = State::kInvalid;
      continue;
    }
    if (!take(bytes[at])) {
      state_ = State::kInvalid;
      break;
    }
    ++at;
  }
  return at;
}

void JsonScanner::finish() {
  if (state_ != State::kInside) return;
  if (open_.empty() && scalar_may_end()) {
    value_ended();
  } else {
    state_ = State::kInvalid;
  }
}

std::size_t JsonScanner::skip_plain(std::string_view bytes) const {
  std::size_t at = 0;
  while (at < bytes.size() && bytes[at] != '"' && bytes[at] != '\\' &&
         static_cast<unsigned char>(bytes[at]) >= 0x20) {
    ++at;
  }
  return at;
}

bool JsonScanner::scalar_may_end() const {
  return expect_ == Expect::kZero || expect_ == Expect::kInteger || expect_ == Expect::kFraction ||
         expect_ == Expect::kExponent || expect_ == Expect::kLiteralEnd;
}

void JsonScanner::value_ended() {
  expect_ = Expect::kCommaOrEnd;
  if (open_.empty()) state_ = State::kComplete;
}

bool JsonScanner::take(char byte) {
  switch (expect_) {
    case Expect::kInString:
      if (byte == '\\') {
        expect_ = Expect::kEscape;
      } else if (byte != '"') {
        return false;  // RFC 8259 section 7: control characters are escaped
      } else if (key_) {
        expect_ = Expect::kColon;
      } else {
        value_ended();
      }
      return true;
    case Expect::kEscape:
      if (std::string_view("\"\\/bfnrtu").find(byte) == std::string_view::npos) return false;
      hex_digits_ = 4;
      expect_ = byte == 'u' ? Expect::kHexDigit : Expect::kInString;
      return true;
    case Expect::kHexDigit:
      if (!is_hex_digit(byte)) return false;
      if (--hex_digits_ == 0) expect_ = Expect::kInString;
      return true;
    case Expect::kLiteral:
      if (byte != literal_.front()) return false;
      literal_.remove_prefix(1);
      if (literal_.empty()) expect_ = Expect::kLiteralEnd;
      return true;
    case Expect::kIntegerStart:
    case Expect::kZero:
    case Expect::kInteger:
    case Expect::kFractionStart:
    case Expect::kFraction:
    case Expect::kExponentSign:
    case Expect::kExponentStart:
    case Expect::kExponent:
      return in_number(byte);
    default:
      return is_blank(byte) || between_values(byte);
  }
}

bool JsonScanner::between_values(char byte) {
  switch (expect_) {
    case Expect::kValueOrEnd:
      if (byte == ']') break;
      return begin_value(byte);
    case Expect::kKeyOrEnd:
      if (byte == '}') break;
      [[fallthrough]];
    case Expect::kKey:
      if (byte != '"') return false;
      key_ = true;
      expect_ = Expect::kInString;
      return true;
    case Expect::kColon:
      if (byte != ':') return false;
      expect_ = Expect::kValue;
      return true;
    case Expect::kCommaOrEnd:
      if (byte == ',') {
        expect_ = open_.back() ? Expect::kKey : Expect::kValue;
        return true;
      }
      if (byte != (open_.back() ? '}' : ']')) return false;
      break;
    default:
      return begin_value(byte);
  }
  open_.pop_back();
  value_ended();
  return true;
}

bool JsonScanner::begin_value(char byte) {
  state_ = State::kInside;
  key_ = false;
  switch (byte) {
    case '{':
    case '[':
      open_.push_back(byte == '{');
      expect_ = byte == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
      return true;
    case '"':
      expect_ = Expect::kInString;
      return true;
    case 't':
      literal_ = "rue";
      break;
    case 'f':
      literal_ = "alse";
      break;
    case 'n':
      literal_ = "ull";
      break;
    case '-':
      expect_ = Expect::kIntegerStart;
      return true;
    default:
      if (!is_digit(byte)) return false;
      expect_ = byte == '0' ? Expect::kZero : Expect::kInteger;
      return true;
  }
  expect_ = Expect::kLiteral;
  return true;
}

/// RFC 8259 section 6. False leaves everything as it was.
bool JsonScanner::in_number(char byte) {
  const bool exponent = byte == 'e' || byte == 'E';
  const bool sign = byte == '+' || byte == '-';
  Expect next;
  if (is_digit(byte)) {
    switch (expect_) {
      case Expect::kZero:
      case Expect::kLiteralEnd:
        return false;
      case Expect::kIntegerStart:
        next = byte == '0' ? Expect::kZero : Expect::kInteger;
        break;
      case Expect::kInteger:
        next = Expect::kInteger;
        break;
      case Expect::kFractionStart:
      case Expect::kFraction:
        next = Expect::kFraction;
        break;
      default:
        next = Expect::kExponent;
        break;
    }
  } else if (byte == '.' && (expect_ == Expect::kZero || expect_ == Expect::kInteger)) {
    next = Expect::kFractionStart;
  } else if (exponent && (expect_ == Expect::kZero || expect_ == Expect::kInteger ||
                          expect_ == Expect::kFraction)) {
    next = Expect::kExponentSign;
  } else if (sign && expect_ == Expect::kExponentSign) {
    next = Expect::kExponentStart;
  } else {
    return false;
  }
  expect_ = next;
  return true;
}

std::string_view JsonScanner::expected() const {
  switch (expect_) {
    case Expect::kValue:
    case Expect::kLiteral:
      return "a value";
    case Expect::kValueOrEnd:
      return "a value or ']'";
    case Expect::kKey:
      return "a name in quotes";
    case Expect::kKeyOrEnd:
      return "a name in quotes or '}'";
    case Expect::kColon:
      return "':'";
    case Expect::kCommaOrEnd:
      if (open_.empty()) return "white space behind the value";
      return open_.back() ? "',' or '}'" : "',' or ']'";
    case Expect::kInString:
      return "the string to go on without a raw control character";
    case Expect::kEscape:
      return "an escape that JSON knows";
    case Expect::kHexDigit:
      return "a hexadecimal digit";
    default:
      return "a digit";
  }
}

bool is_json(std::string_view text) {
  JsonScanner scanner;
  const std::size_t taken = scanner.feed(text);
  scanner.finish();
  const bool complete = scanner.state() == JsonScanner::State::kComplete;
  return complete && text.find_first_not_of(" \t\r\n", taken) == std::string_view::npos;
}

}  // namespace wscope
