#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/line_splitter.h"

using namespace wscope::input;

namespace {

// Each piece lies in memory of its own, as a reader's block does, so that a view that outlives its
// block is found by the sanitizer.
std::vector<std::string> split(const std::vector<std::string>& pieces,
                               LineEnd end = LineEnd::kNewline) {
  LineSplitter splitter(end, true);
  std::vector<std::string> lines;
  std::string_view line;
  for (const std::string& piece : pieces) {
    const std::vector<char> block(piece.begin(), piece.end());
    splitter.feed({block.data(), block.size()});
    while (splitter.next(line)) lines.emplace_back(line);
  }
  splitter.finish();
  while (splitter.next(line)) lines.emplace_back(line);
  return lines;
}

using Lines = std::vector<std::string>;
using namespace std::string_literals;

}  // namespace

TEST_CASE("a line ends with LF or CRLF, the last one with the input") {
  CHECK(split({"a\nbc\r\nd"}) == Lines{"a", "bc", "d"});
  CHECK(split({"a\n"}) == Lines{"a"});
  CHECK(split({"\n\r\n\nx\n"}) == Lines{"", "", "", "x"});
  CHECK(split({}) == Lines{});
  CHECK(split({""}) == Lines{});
}

TEST_CASE("a CR that ends no line is part of it") {
  CHECK(split({"a\rb\n"}) == Lines{"a\rb"});
  CHECK(split({"a\r\r\n"}) == Lines{"a\r"});
  CHECK(split({"a\r"}) == Lines{"a\r"});
}

TEST_CASE("NUL inside a line is kept; with NUL as the end, newlines are") {
  CHECK(split({"a\0b\nc\n"s}) == Lines{"a\0b"s, "c"});
  CHECK(split({"a\nb\0c\r\0d"s}, LineEnd::kNul) == Lines{"a\nb", "c\r", "d"});
}

TEST_CASE("any split of the bytes gives the same lines") {
  const std::string text = "one\r\n\r\ntwo\n\nthr\xc3\xa9\xc3\xa9\r\nx\r\nlast\r";
  const Lines expected{"one", "", "two", "", "thr\xc3\xa9\xc3\xa9", "x", "last\r"};
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK(split({text.substr(0, a), text.substr(a, b - a), text.substr(b)}) == expected);
    }
  }
  Lines bytes;
  for (char byte : text) bytes.emplace_back(1, byte);
  CHECK(split(bytes) == expected);
}

TEST_CASE("only the line that is not UTF-8 is told, also across a block's end") {
  const std::string text = "ok\nb\xc3\xa9\nbad\xff\nfine\ncut\xc3\nlast";
  const std::vector<bool> expected{true, true, false, true, false, true};
  for (std::size_t at = 0; at <= text.size(); ++at) {
    CAPTURE(at);
    LineSplitter splitter(LineEnd::kNewline, true);
    std::vector<bool> valid;
    std::vector<std::uint64_t> numbers;
    std::string_view line;
    const auto drain = [&] {
      while (splitter.next(line)) {
        valid.push_back(splitter.line_is_utf8());
        numbers.push_back(splitter.line_number());
      }
    };
    splitter.feed(std::string_view(text).substr(0, at));
    drain();
    splitter.feed(std::string_view(text).substr(at));
    drain();
    splitter.finish();
    drain();
    CHECK(valid == expected);
    CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
  }
}

TEST_CASE("of many lines, too, only those that are not UTF-8 are told") {
  std::string text;
  std::vector<bool> expected;
  for (std::size_t i = 0; i < 3'000; ++i) {  // about 250 KiB in one block
    const bool good = i % 700 != 650;
    text.append(i % 170, 'x').append(good ? "\xc3\xa9\n" : "\xc3\n");
    expected.push_back(good);
  }
  for (const std::size_t longest : {std::size_t{0}, std::size_t{50'000}}) {
    CAPTURE(longest);
    LineSplitter splitter(LineEnd::kNewline, true);
    const std::string block = text + std::string(longest, 'y') + "\n";
    splitter.feed(block);
    std::vector<bool> valid;
    std::string_view line;
    std::size_t bytes = 0;
    while (splitter.next(line)) {
      valid.push_back(splitter.line_is_utf8());
      bytes += line.size() + 1;
    }
    CHECK(bytes == block.size());
    CHECK(valid.back());
    valid.pop_back();
    CHECK(valid == expected);
  }
}

TEST_CASE("the backlog counts what was fed and not given, and a begun line") {
  LineSplitter splitter(LineEnd::kNewline, true);
  splitter.feed("a\nb\nc\nbegun");
  CHECK(splitter.backlog().messages() == 4);
  std::string_view line;
  REQUIRE(splitter.next(line));
  CHECK(splitter.backlog().messages() == 3);
  Backlog backlog = splitter.backlog();
  splitter.add(backlog, " and ended\nd\n");
  CHECK(backlog.messages() == 4);
  while (splitter.next(line)) continue;
  CHECK(splitter.backlog().messages() == 1);
  splitter.feed(" and ended\n");
  CHECK(splitter.backlog().messages() == 1);
}

TEST_CASE("a line over a block's end lies in a storage of its own, which may be taken") {
  LineSplitter splitter(LineEnd::kNewline, true);
  std::string_view line;
  splitter.feed("within\na");
  REQUIRE(splitter.next(line));
  CHECK(line == "within");
  CHECK(splitter.line_storage() == nullptr);
  CHECK_FALSE(splitter.next(line));

  wscope::ByteBuffer taken;
  for (const char* rest : {"b\r\nc", "d\ne", "f\r\nlast"}) {
    CAPTURE(rest);
    splitter.feed(rest);
    REQUIRE(splitter.next(line));
    REQUIRE(splitter.line_storage() != nullptr);
    CHECK(splitter.line_storage()->view() == line);  // without its CR
    CHECK(splitter.line_storage()->front_room() == wscope::ByteBuffer::kFront);
    taken.clear();
    splitter.line_storage()->swap(taken);
    CHECK_FALSE(splitter.next(line));
    CHECK(splitter.line_storage() == nullptr);
  }
  CHECK(taken.view() == "ef");
  splitter.finish();
  REQUIRE(splitter.next(line));
  CHECK(line == "last");
  CHECK(splitter.line_storage()->view() == "last");
}
