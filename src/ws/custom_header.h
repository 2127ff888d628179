// CustomHeader: one -H, read as curl reads it.
//
// "Name: value" gives a header, "Name:" removes one, "Name;" gives it empty. CR, LF and NUL in any
// part are refused, a name must be a token (RFC 9110 5.6.2): Stage::kUsage. Errors quote names
// only: a value may be a secret. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::ws {

struct CustomHeader {
  std::string name;
  std::string value;
  bool removes = false;  // "Name:"
};

Result<CustomHeader> parse_custom_header(std::string_view text);

/// Of a header wherever it came from.
Result<void> check_header_name(std::string_view name);
Result<void> check_header_value(std::string_view name, std::string_view value);

}  // namespace wscope::ws
