// HTTP syntax (RFC 9110 5.5 and 5.6, RFC 9112 4 and 5): status lines, lines and fields of a head,
// tokens, optional white space, comma lists, dates. Names are found in any case.
//
// Pure functions over bytes; views point into what was given. Nothing fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope {

/// RFC 9112 4. The reason's space is often left out together with the reason.
struct StatusLine {
  int major_version;
  int minor_version;
  int status;  // from 100 on
  std::string_view reason;
};
std::optional<StatusLine> parse_status_line(std::string_view line);

/// RFC 9110 5.6.2: one or more tchar.
bool is_token(std::string_view text);
bool is_token_char(char c);
/// Without spaces and tabs at both ends (OWS, RFC 9110 5.6.3).
std::string_view trim_ows(std::string_view text);
/// The name in "Name: value", "Name:" and "Name;", the forms of -H.
std::string_view header_name(std::string_view header);
/// Elements of a list of tokens, trimmed; empty elements are dropped (RFC 9110 5.6.1.2).
std::vector<std::string_view> split_list(std::string_view value);
/// Takes the next line of a head off `rest`, without its end; nothing when no line end is left.
std::optional<std::string_view> next_head_line(std::string_view& rest);
/// First value of a field of a head that has its first line; nothing when the field is not there.
std::optional<std::string_view> find_field(std::string_view head, std::string_view name);
/// All elements of a list field, however many lines it has (RFC 9110 5.3).
std::vector<std::string_view> field_list(std::string_view head, std::string_view name);
/// True when a CR, LF or NUL is in what is to stand within a line (RFC 9110 5.5).
bool breaks_line(std::string_view text);
/// What no line of a head may hold, in words; "" when nothing of it is there.
std::string_view fault_of_line(std::string_view line);
/// What is wrong with a line that stands for a field (RFC 9112 5), "" when all is right.
std::string_view fault_of_field(std::string_view line);
/// delay-seconds (RFC 9110 10.2.3), digits and nothing else; more than `most` is `most`.
std::optional<std::uint64_t> delay_seconds(std::string_view value, std::uint64_t most);
/// IMF-fixdate (RFC 9110 5.6.7), as Date has it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::chrono::system_clock::time_point time);
/// True when a list of tokens has this one, in any case.
bool list_has(std::string_view value, std::string_view token);

}  // namespace wscope
