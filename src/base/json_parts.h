// json_parts: JSON text → views of its parts, untouched, and its strings as UTF-8 (RFC 8259).
//
// Numbers keep their digits, objects their order and members that come twice. Views live as long
// as the text. What is not JSON is told as nothing; depth is bounded by the text's size only and
// costs no stack. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope {

struct JsonMember {
  std::string name;        // decoded, as json_text() does it
  std::string_view value;  // with its quotes where it is a string
};
using JsonMembers = std::vector<JsonMember>;

/// The members of an object that has no more of them than `most`.
std::optional<JsonMembers> json_members(std::string_view text, std::size_t most = SIZE_MAX);
/// The value of the last member of that name; empty when there is none.
std::string_view json_member(const JsonMembers& members, std::string_view name);

/// The elements of an array that has no more of them than `most`.
std::optional<std::vector<std::string_view>> json_elements(std::string_view text,
                                                           std::size_t most = SIZE_MAX);
/// Hands each element of an array to `take`, in their order; false where it is none.
bool each_element(std::string_view text, const std::function<void(std::string_view)>& take);

/// The JSON value that `text` begins with; of other text what stands before a blank, a comma or a
/// colon, or up to the end where a bracket or a quote is not closed.
std::string_view leading_value(std::string_view text);

/// What a string says; nothing for any other value, and for half a surrogate pair (8.2).
std::optional<std::string> json_string(std::string_view value);
/// The same, where half a pair becomes U+FFFD.
std::optional<std::string> json_text(std::string_view value);

}  // namespace wscope
