#include "ws/custom_header.h"

#include "base/escape.h"
#include "base/http_field.h"

namespace wscope::ws {

Result<void> check_header_name(std::string_view name) {
  if (is_token(name)) return {};
  return fail(Stage::kUsage, quoted(name) + " is not a header name (RFC 9110 5.6.2: a token)");
}

Result<void> check_header_value(std::string_view name, std::string_view value) {
  if (!breaks_line(value)) return {};
  return fail(Stage::kUsage,
              "the value of the header " + quoted(name) + " contains a line break or NUL");
}

Result<CustomHeader> parse_custom_header(std::string_view text) {
  const std::size_t colon = text.find(':');
  // curl: without a colon, a semicolon at the end sends the header empty.
  const std::size_t end = colon != std::string_view::npos ? colon : text.find(';');
  if (end == std::string_view::npos) {
    return fail(Stage::kUsage,
                "-H " + quoted(text.substr(0, text.find(' '))) + ": no colon after the name",
                "-H 'Name: value', 'Name:' to remove a header, 'Name;' to send it empty");
  }
  const std::string_view name = text.substr(0, end);
  const std::string_view value = trim_ows(text.substr(end + 1));
  if (auto checked = check_header_name(name); !checked) {
    return fail(Stage::kUsage, "-H: " + checked.error().message);
  }
  if (colon == std::string_view::npos && !value.empty()) {
    return fail(Stage::kUsage, "-H " + quoted(name) + ": something follows the semicolon",
                "-H 'Name;' sends a header empty, 'Name: value' with a value");
  }
  if (auto checked = check_header_value(name, value); !checked) return fail(checked.error());
  const bool removes = colon != std::string_view::npos && value.empty();
  return CustomHeader{std::string(name), std::string(value), removes};
}

}  // namespace wscope::ws
