#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "base/utf8_validators.h"

using namespace wscope;

namespace {

/// RFC 3629 section 4, written as its grammar: the judge of all implementations.
bool by_the_grammar(std::string_view text) {
  const auto in = [&text](std::size_t at, unsigned low, unsigned high) {
    if (at >= text.size()) return false;
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= low && byte <= high;
  };
  const auto tail = [&in](std::size_t at) { return in(at, 0x80, 0xbf); };
  std::size_t at = 0;
  while (at < text.size()) {
    if (in(at, 0x00, 0x7f)) {
      at += 1;
    } else if (in(at, 0xc2, 0xdf) && tail(at + 1)) {
      at += 2;
    } else if ((in(at, 0xe0, 0xe0) && in(at + 1, 0xa0, 0xbf) && tail(at + 2)) ||
               (in(at, 0xe1, 0xec) && tail(at + 1) && tail(at + 2)) ||
               (in(at, 0xed, 0xed) && in(at + 1, 0x80, 0x9f) && tail(at + 2)) ||
               (in(at, 0xee, 0xef) && tail(at + 1) && tail(at + 2))) {
      at += 3;
    } else if ((in(at, 0xf0, 0xf0) && in(at + 1, 0x90, 0xbf) && tail(at + 2) && tail(at + 3)) ||
               (in(at, 0xf1, 0xf3) && tail(at + 1) && tail(at + 2) && tail(at + 3)) ||
               (in(at, 0xf4, 0xf4) && in(at + 1, 0x80, 0x8f) && tail(at + 2) && tail(at + 3))) {
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

/// Both sides of every border that the grammar knows.
const std::string kBorders =
    "\x01\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5"
    "\xff";

/// Counts disagreements instead of asserting each of millions.
struct Compared {
  std::size_t texts = 0;
  std::size_t wrong = 0;
  std::string first_wrong;

  void check(const Utf8Validator& validator, std::string_view text, bool expected) {
    ++texts;
    if (validator.valid(text) == expected) return;
    if (wrong++ == 0) first_wrong = std::string(text);
  }
};

}  // namespace

TEST_CASE("every sequence of one to three bytes is judged as the grammar does") {
  for (const Utf8Validator& validator : utf8_validators()) {
    CAPTURE(validator.name);
    Compared compared;
    std::string text(3, '\0');
    for (unsigned value = 0; value < 1U << 24; ++value) {
      text[0] = static_cast<char>(value >> 16);
      text[1] = static_cast<char>(value >> 8);
      text[2] = static_cast<char>(value);
      compared.check(validator, text, by_the_grammar(text));
      if ((value & 0xff) == 0)
        compared.check(validator, {text.data(), 2}, by_the_grammar({text.data(), 2}));
      if ((value & 0xffff) == 0)
        compared.check(validator, {text.data(), 1}, by_the_grammar({text.data(), 1}));
    }
    CAPTURE(compared.first_wrong);
    CHECK(compared.wrong == 0);
  }
}

TEST_CASE("sequences of four bytes at every offset, in short and in long texts") {
  std::vector<std::string> sequences;
  std::vector<bool> expected;
  for (const char a : kBorders) {
    for (const char b : kBorders) {
      for (const char c : kBorders) {
        for (const char d : kBorders) {
          sequences.push_back({a, b, c, d});
          expected.push_back(by_the_grammar(sequences.back()));
        }
      }
    }
  }
  // Every start within a vector and across two, followed by nothing and by ASCII.
  for (const Utf8Validator& validator : utf8_validators()) {
    CAPTURE(validator.name);
    Compared compared;
    for (const std::size_t offset :
         {0u,  1u,  2u,  3u,  4u,  11u, 12u, 13u, 14u, 15u, 16u,  27u,  28u, 29u,
          30u, 31u, 32u, 59u, 60u, 61u, 62u, 63u, 64u, 93u, 252u, 255u, 319u}) {
      for (const std::size_t behind : {0u, 1u, 40u}) {
        std::string text(offset + 4 + behind, 'a');
        for (std::size_t i = 0; i < sequences.size(); ++i) {
          text.replace(offset, 4, sequences[i]);
          compared.check(validator, text, expected[i]);
        }
      }
    }
    CAPTURE(compared.first_wrong);
    CHECK(compared.wrong == 0);
  }
}

TEST_CASE("random texts of all sizes, valid, cut and with one byte changed") {
  std::mt19937 random(7);
  const std::vector<std::string> letters = {
      "a", "~", "\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};
  const auto validators = utf8_validators();
  std::vector<Compared> compared(validators.size());
  std::string text;
  for (int round = 0; round < 60000; ++round) {
    text.clear();
    const std::size_t size = random() % (round % 4 == 0 ? 700 : 200);
    const std::size_t kinds = 1 + random() % letters.size();
    while (text.size() < size) text += letters[random() % kinds];
    if (round % 3 == 1 && !text.empty()) text.resize(random() % text.size());
    if (round % 3 == 2 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    const bool expected = by_the_grammar(text);
    // On the heap and exactly as long: a sanitizer sees a byte read beyond.
    const std::vector<char> exact(text.begin(), text.end());
    for (std::size_t i = 0; i < validators.size(); ++i) {
      compared[i].check(validators[i], {exact.data(), exact.size()}, expected);
    }
  }
  for (std::size_t i = 0; i < validators.size(); ++i) {
    CAPTURE(validators[i].name);
    CHECK(compared[i].wrong == 0);
  }
}

TEST_CASE("is_valid_utf8 and first_invalid_utf8 agree") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("\xf0\x9f\x98\x80"));
  CHECK_FALSE(is_valid_utf8("\xf0\x9f\x98"));
  CHECK_FALSE(is_valid_utf8(std::string(100, 'a') + "\xed\xa0\x80"));
  CHECK(first_invalid_utf8("ab\xff") == 2);
  CHECK(first_invalid_utf8("abc") == std::string_view::npos);
}
