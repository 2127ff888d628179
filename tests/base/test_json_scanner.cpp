#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json_scanner.h"

using wscope::JsonScanner;
using State = JsonScanner::State;

namespace {

struct Scanned {
  State state;
  std::size_t taken;
};

/// In two pieces, cut anywhere; the end of the input behind them.
Scanned scan(std::string_view text, std::size_t cut) {
  JsonScanner scanner;
  std::size_t taken = scanner.feed(text.substr(0, cut));
  if (taken == cut) taken += scanner.feed(text.substr(cut));
  scanner.finish();
  return {scanner.state(), taken};
}

void check_all_cuts(std::string_view text, State state, std::size_t taken) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(text);
    CAPTURE(cut);
    const Scanned scanned = scan(text, cut);
    CHECK(scanned.state == state);
    CHECK(scanned.taken == taken);
  }
}

}  // namespace

TEST_CASE("a value is complete with its last byte, and not before") {
  for (const std::string value :
       {"{}", "[]", "[1,2.5,-0,-0.1e+7,1E5,0.0]", R"({"a":{"b":[null,true,false]},"c":"d"})",
        R"("")", R"("\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00")", "[[[[]]],{}]",
        " [ 1 , { \"k\" : 2 } ] ", "\t\r\n{\n}\n"}) {
    const std::size_t end = value.find_last_not_of(" \n") + 1;
    check_all_cuts(value, State::kComplete, end);
    for (std::size_t size = value.find_first_not_of(" \t\r\n") + 1; size < end; ++size) {
      CAPTURE(value);
      JsonScanner scanner;
      CHECK(scanner.feed(std::string_view(value).substr(0, size)) == size);
      CHECK(scanner.state() == State::kInside);
    }
  }
}

TEST_CASE("numbers and words at the top level end with white space or with the input") {
  for (const std::string value : {"0", "-0", "12", "1.25", "1e9", "true", "false", "null"}) {
    check_all_cuts(value, State::kComplete, value.size());
    check_all_cuts(value + " 1", State::kComplete, value.size());
    check_all_cuts(value + "\n", State::kComplete, value.size());
  }
  check_all_cuts("nullx", State::kInvalid, 4);
  check_all_cuts("01", State::kInvalid, 1);
  check_all_cuts("1{}", State::kInvalid, 1);
}

TEST_CASE("what comes behind a value is left alone") {
  check_all_cuts("{}{}", State::kComplete, 2);
  check_all_cuts("\"a\"]", State::kComplete, 3);
}

TEST_CASE("the byte that breaks a value is found") {
  struct Broken {
    std::string_view text;
    std::size_t at;
    std::string_view expected;
  };
  const Broken broken[] = {
      {"}", 0, "a value"},
      {"[1 2]", 3, "',' or ']'"},
      {"[1,]", 3, "a value"},
      {"[,1]", 1, "a value or ']'"},
      {"[01]", 2, "',' or ']'"},
      {"[1.]", 3, "a digit"},
      {"[.5]", 1, "a value or ']'"},
      {"[-]", 2, "a digit"},
      {"[1e]", 3, "a digit"},
      {"[1e+]", 4, "a digit"},
      {"[truE]", 4, "a value"},
      {"{a:1}", 1, "a name in quotes or '}'"},
      {"{\"a\" 1}", 5, "':'"},
      {"{\"a\":1,}", 7, "a name in quotes"},
      {"{\"a\":1]", 6, "',' or '}'"},
      {"{1:2}", 1, "a name in quotes or '}'"},
      {"\"\\x\"", 2, "an escape that JSON knows"},
      {"\"\\u12g4\"", 5, "a hexadecimal digit"},
      {"\"\\u123\"", 6, "a hexadecimal digit"},
      {"\"a\nb\"", 2, "the string to go on without a raw control character"},
      {"NaN", 0, "a value"},
      {"'a'", 0, "a value"},
      {"[1]x", 3, ""},
  };
  for (const Broken& one : broken) {
    if (one.expected.empty()) continue;
    check_all_cuts(one.text, State::kInvalid, one.at);
    JsonScanner scanner;
    scanner.feed(one.text);
    CHECK(scanner.expected() == one.expected);
  }
}

TEST_CASE("an input that ends inside a value is invalid, one of blanks is blank") {
  for (const char* text : {"{", "[1", "\"abc", "tru", "-", "1.", "1e", "{\"a\":", "\"\\u00"}) {
    CAPTURE(text);
    CHECK(scan(text, 0).state == State::kInvalid);
  }
  CHECK(scan(" \n\t", 1).state == State::kBlank);
  CHECK(scan("", 0).state == State::kBlank);
}

TEST_CASE("depth is bounded by memory only") {
  const std::string deep(1 << 20, '[');
  JsonScanner scanner;
  CHECK(scanner.feed(deep) == deep.size());
  CHECK(scanner.feed(std::string(deep.size(), ']')) == deep.size());
  CHECK(scanner.state() == State::kComplete);
}

TEST_CASE("one value, with white space around it") {
  for (const char* text : {"1", " {\"a\": [1e308, \"]]\"]}\n", "null", "\"\\ud83d\"", "1e999"}) {
    CAPTURE(text);
    CHECK(wscope::is_json(text));
  }
  for (const char* text : {"", "x", "{\"a\":1", "1 2", "[1,]", "\"\\ud83\"", "01"}) {
    CAPTURE(text);
    CHECK_FALSE(wscope::is_json(text));
  }
}
