// JSON text → whether it is JSON, and a value that can be compared; if not, why.
//
// RFC 8259 section 9 lets a reader set limits: nested at most kMostJsonDepth deep (values are
// walked recursively), numbers within the range of a double. Pure; linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wscope::input {

constexpr std::size_t kMostJsonDepth = 200;

/// By its brackets alone, so also of what is no JSON.
bool nested_too_deep(std::string_view text);

/// "is no JSON", "holds a number that is too large", "is nested deeper than 200", "holds half a
/// surrogate pair"; nothing when it is a value.
std::optional<std::string> json_value_fault(std::string_view text);

}  // namespace wscope::input
