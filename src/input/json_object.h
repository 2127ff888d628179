// A JSON object → its members as they stand in the text (RFC 8259 section 4), and strings → UTF-8.
//
// Pure; views into the text given. What can fail is told as nothing: the text is no object, or a
// string holds half a surrogate pair.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

struct JsonMember {
  std::string name;
  std::string_view value;  // with its quotes where it is a string
};

std::optional<std::vector<JsonMember>> json_members(std::string_view object);

/// `quoted` is a valid JSON string with its quotes.
std::optional<std::string> json_string(std::string_view quoted);

}  // namespace wscope::input
