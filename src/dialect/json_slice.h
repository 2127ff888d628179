// JSON text → views of its parts, untouched (RFC 8259).
//
// A dialect shows and sends values exactly as they were written: numbers keep their digits, objects
// their order. Views live as long as the text. What is not JSON is told as nothing; nothing throws,
// depth is bounded by the text's size only and costs no stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wscope::dialect {

/// What five bytes of text hold takes ten times as much in memory. No dialect's messages have half
/// as many.
constexpr std::size_t kMostMembers = 10000;

/// The elements of a JSON array that has no more of them than `most`.
std::optional<std::vector<std::string_view>> json_elements(std::string_view text,
                                                           std::size_t most = SIZE_MAX);

/// Hands each element of a JSON array to `take`, in their order; false where it is none.
bool each_element(std::string_view text, const std::function<void(std::string_view)>& take);

/// The members of a JSON object, in their order; names decoded.
using JsonMembers = std::vector<std::pair<std::string, std::string_view>>;
/// Of an object that has no more of them than kMostMembers.
std::optional<JsonMembers> json_members(std::string_view text);
/// The value of the last member of that name; empty when there is none.
std::string_view json_member(const JsonMembers& members, std::string_view name);

/// A JSON string → UTF-8; half a surrogate pair (RFC 8259 8.2) becomes U+FFFD. Nothing for any
/// other value.
std::optional<std::string> json_text(std::string_view quoted);
/// UTF-8 → a JSON string with its quotes.
std::string json_quoted(std::string_view text);

/// "[a,b]" of the values.
std::string json_array(const std::vector<std::string>& values);

/// Cuts the first word, or the first JSON string, off `text`; blanks around it go too.
std::string take_name(std::string_view& text);
/// A name as take_name() reads it: quoted where it holds blanks or quotes, or would look like JSON.
std::string shown_name(std::string_view name);

/// The JSON value that `text` begins with; of other text what stands before a blank, a comma or a
/// colon, or up to the end where a bracket or a quote is not closed.
std::string_view leading_value(std::string_view text);

/// Replaces flat objects of valid JSON whose first member is `key` by what `replace` makes of them;
/// nothing: left as it is.
std::string replace_flat_objects(
    std::string_view text, std::string_view key,
    const std::function<std::optional<std::string>(std::string_view object)>& replace);

}  // namespace wscope::dialect
