// JsonScanner: bytes, in pieces → where one JSON value ends, or the byte that breaks it (RFC 8259).
//
// Strict, and with nothing kept but the brackets that are open, so a value of any size may come in
// any pieces. A number or a word at the top level ends with the white space behind it or with
// finish(). Bytes of strings are not checked to be UTF-8 here. What can fail: kInvalid; expected()
// tells what would have been right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wscope {

class JsonScanner {
 public:
  enum class State {
    kBlank,     // only white space so far
    kInside,    // a value has begun
    kComplete,  // a value has ended; reset() before the next
    kInvalid,   // the byte behind those consumed can't stand there
  };

  /// How many bytes were consumed: all of them unless the value ended or broke.
  std::size_t feed(std::string_view bytes);
  /// The input ends here.
  void finish();
  void reset();

  State state() const { return state_; }
  /// "a value", "',' or '}'" …
  std::string_view expected() const;

 private:
  enum class Expect {
    kValue,
    kValueOrEnd,  // behind '['
    kKey,         // behind ',' in an object
    kKeyOrEnd,    // behind '{'
    kColon,
    kCommaOrEnd,
    kInString,
    kEscape,
    kHexDigit,
    kLiteral,
    kLiteralEnd,
    kIntegerStart,  // behind '-'
    kZero,
    kInteger,
    kFractionStart,
    kFraction,
    kExponentSign,
    kExponentStart,
    kExponent,
  };

  bool take(char byte);
  bool begin_value(char byte);
  bool in_number(char byte);
  bool between_values(char byte);
  void value_ended();
  bool scalar_may_end() const;
  std::size_t skip_plain(std::string_view bytes) const;

  State state_ = State::kBlank;
  Expect expect_ = Expect::kValue;
  std::vector<bool> open_;    // true: an object, false: an array
  std::string_view literal_;  // what is left of true, false or null
  int hex_digits_ = 0;
  bool key_ = false;
};

/// One value with white space around it.
bool is_json(std::string_view text);

}  // namespace wscope
