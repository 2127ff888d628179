#include "ws/extension_list.h"

#include "base/escape.h"
#include "base/http_field.h"

namespace wscope::ws {
namespace {

/// Reads along the text; every method skips the white space before what it looks for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip_space();
    return rest_.empty();
  }

  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Empty when no token stands here.
  std::string_view token() {
    skip_space();
    std::size_t length = 0;
    while (length < rest_.size() && is_token_char(rest_[length])) ++length;
    const std::string_view found = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return found;
  }

  /// RFC 9110 5.6.4, after the opening quote; nothing when it does not end.
  std::optional<std::string> quoted_rest() {
    std::string value;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return value;
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      value += c;
    }
    return std::nullopt;
  }

  std::string_view rest() const { return rest_; }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

std::string unexpected_at(const Scanner& scanner, const std::string& wanted) {
  if (scanner.rest().empty()) return "it ends where " + wanted + " is expected";
  return quoted(scanner.rest(), 24) + " where " + wanted + " is expected";
}

tl::expected<ExtensionParameter, std::string> parse_parameter(Scanner& scanner) {
  ExtensionParameter parameter;
  parameter.name = std::string(scanner.token());
  if (parameter.name.empty()) {
    return tl::unexpected(unexpected_at(scanner, "a parameter's name"));
  }
  if (!scanner.take('=')) return parameter;
  if (scanner.take('"')) {
    auto value = scanner.quoted_rest();
    if (!value)
      return tl::unexpected("the quoted value of " + quoted(parameter.name) + " does not end");
    // RFC 6455 9.1: after unescaping, a quoted value must be a token as well.
    if (!is_token(*value)) {
      return tl::unexpected("the value of " + quoted(parameter.name) +
                            " is not a token: " + quoted(*value));
    }
    parameter.value = std::move(*value);
    return parameter;
  }
  const std::string_view value = scanner.token();
  if (value.empty()) {
    return tl::unexpected(unexpected_at(scanner, "the value of " + quoted(parameter.name)));
  }
  parameter.value = std::string(value);
  return parameter;
}

}  // namespace

tl::expected<std::vector<Extension>, std::string> parse_extension_list(std::string_view text) {
  std::vector<Extension> extensions;
  Scanner scanner(text);
  while (!scanner.at_end()) {
    if (scanner.take(',')) continue;  // RFC 9110 5.6.1.2: empty elements are ignored
    Extension extension;
    extension.name = std::string(scanner.token());
    if (extension.name.empty()) {
      return tl::unexpected(unexpected_at(scanner, "an extension's name"));
    }
    while (scanner.take(';')) {
      auto parameter = parse_parameter(scanner);
      if (!parameter) return tl::unexpected(std::move(parameter.error()));
      extension.parameters.push_back(std::move(*parameter));
    }
    extensions.push_back(std::move(extension));
    if (!scanner.at_end() && !scanner.take(',')) {
      return tl::unexpected(unexpected_at(scanner, "\",\" or \";\""));
    }
  }
  return extensions;
}

}  // namespace wscope::ws
