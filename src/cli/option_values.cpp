#include "cli/option_values.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>

#include "cli/suggest.h"

namespace wscope::cli {
namespace {

constexpr double kMostSeconds = 1e9;

tl::unexpected<Error> refuse(std::string_view option, std::string_view text,
                             std::string_view expected) {
  std::string message = std::string(option) + " '" + std::string(text) + "': not ";
  return fail(Stage::kUsage, message.append(expected));
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

Result<double> parse_seconds(std::string_view option, std::string_view text, Bound bound) {
  const std::optional<double> seconds = whole<double>(text);
  const bool sane = seconds && std::isfinite(*seconds) && std::abs(*seconds) <= kMostSeconds;
  if (sane && (*seconds > 0 || (*seconds == 0 && bound != Bound::kAboveZero) ||
               (*seconds == -1 && bound == Bound::kZeroOrMinusOne))) {
    return *seconds;
  }
  switch (bound) {
    case Bound::kAboveZero:
      return refuse(option, text, "a number of seconds above 0");
    case Bound::kZeroOrMore:
      return refuse(option, text, "a number of seconds (0 or more)");
    case Bound::kZeroOrMinusOne:
      break;
  }
  return refuse(option, text, "a number of seconds (0 or more, or -1 for no end)");
}

Result<std::uint64_t> parse_count(std::string_view option, std::string_view text,
                                  std::uint64_t least, std::uint64_t most) {
  const auto number = whole<std::uint64_t>(text);
  if (number && *number >= least && *number <= most) return *number;
  std::string expected = "a whole number from " + std::to_string(least);
  if (most <= std::numeric_limits<std::uint16_t>::max()) expected += " to " + std::to_string(most);
  return refuse(option, text, expected);
}

Result<std::size_t> parse_size(std::string_view option, std::string_view text) {
  constexpr std::string_view kExpected = "a size in bytes, such as 4096, 512K, 64M or 2G";
  // Below what RFC 6455 5.2 lets a frame have, and sums of such sizes don't wrap.
  constexpr std::size_t kMostBytes = std::size_t{1} << 62;
  std::string_view digits = text;
  unsigned shift = 0;
  if (!digits.empty()) {
    const std::size_t at = std::string_view("kKmMgG").find(digits.back());
    if (at != std::string_view::npos) {
      shift = static_cast<unsigned>(at / 2 + 1) * 10;
      digits.remove_suffix(1);
    }
  }
  const auto number = whole<std::size_t>(digits);
  if (!number || *number == 0 || *number > (kMostBytes >> shift)) {
    return refuse(option, text, kExpected);
  }
  return *number << shift;
}

Result<std::size_t> parse_choice(std::string_view option, std::string_view text,
                                 std::string_view choices) {
  std::vector<std::string_view> words;
  for (std::string_view rest = choices;;) {
    const std::size_t end = rest.find('|');
    words.push_back(rest.substr(0, end));
    if (words.back() == text) return words.size() - 1;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  std::string expected = words.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) expected += i + 1 == words.size() ? " or " : ", ";
    expected += words[i];
  }
  Error error = refuse(option, text, expected).value();
  const auto near = nearest(text, words);
  if (near.size() == 1) {
    error.hint = "did you mean " + std::string(option) + " " + std::string(near.front()) + "?";
  }
  return fail(std::move(error));
}

Result<std::string> read_option_file(std::string_view option, const std::string& path) {
  if (path == "-") {
    return fail(Stage::kUsage,
                std::string(option) + " @-: standard input has the messages, it can't be both",
                "@/dev/stdin reads standard input, @./- a file of that name");
  }
  const std::string name = ("the file of " + std::string(option)).append(" '" + path + "'");
  if (path.empty()) return fail(Stage::kUsage, "can't read " + name + ": no file named after '@'");
  return read_file(path, name, kFileLimit);
}

Result<std::string> read_secret_file(std::string_view option, const std::string& path) {
  auto content = read_option_file(option, path);
  if (!content) return content;
  std::string_view rest = *content;
  const std::string_view line = take_line(rest);
  if (line.empty()) {
    return fail(Stage::kUsage,
                std::string(option) + " '@" + path + "': the file's first line is empty");
  }
  return std::string(line);
}

Result<std::vector<std::string>> read_header_file(std::string_view option,
                                                  const std::string& path) {
  const auto content = read_option_file(option, path);
  if (!content) return fail(content.error());
  std::vector<std::string> lines;
  for (std::string_view rest = *content; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace wscope::cli
