// Words of the command line → numbers, sizes, choices and the contents of @FILE forms.
//
// Pure but for the read_ functions. Every failure is Stage::kUsage; its message names the option
// and quotes the value, except where the value may be a secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/read_file.h"

namespace wscope::cli {

enum class Bound { kAboveZero, kZeroOrMore, kZeroOrMinusOne };

/// Seconds with fractions, at most 1e9 (more would overflow a clock).
Result<double> parse_seconds(std::string_view option, std::string_view text, Bound bound);
Result<std::uint64_t> parse_count(std::string_view option, std::string_view text,
                                  std::uint64_t least, std::uint64_t most);
/// Bytes with an optional suffix K, M or G (powers of 1024), at least 1.
Result<std::size_t> parse_size(std::string_view option, std::string_view text);
/// Index of `text` among the words of "a|b|c".
Result<std::size_t> parse_choice(std::string_view option, std::string_view text,
                                 std::string_view choices);

/// Of an option's file and of the configuration.
constexpr SizeLimit kFileLimit = {std::size_t{1} << 20, "larger than 1 MiB"};
/// A whole file, of "@FILE"; "-" is refused.
Result<std::string> read_option_file(std::string_view option, const std::string& path);
/// First line of a file with a secret.
Result<std::string> read_secret_file(std::string_view option, const std::string& path);
/// Lines of a file with headers, without line ends and empty lines.
Result<std::vector<std::string>> read_header_file(std::string_view option, const std::string& path);

}  // namespace wscope::cli
