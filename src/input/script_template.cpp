#include "input/script_template.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/escape.h"

namespace wscope::input {
namespace {

constexpr std::size_t kShown = 64;  // bytes of the template that an error quotes

bool begins_name(char c) { return is_letter(c) || c == '_'; }

std::size_t name_size(std::string_view text) {
  if (text.empty() || !begins_name(text.front())) return 0;
  const auto* const end = std::find_if_not(text.begin(), text.end(),
                                           [](char c) { return begins_name(c) || is_digit(c); });
  return static_cast<std::size_t>(end - text.begin());
}

/// The inside of a JSON string.
std::string json_escaped(const std::string& value) {
  const std::string quoted =
      nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// Whether the character being read stands within a JSON string.
class JsonPlace {
 public:
  void pass(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (inside_ && c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      inside_ = !inside_;
    }
  }
  bool in_string() const { return inside_; }

 private:
  bool inside_ = false;
  bool escaped_ = false;
};

Result<ScriptReference> parse_braced(std::string_view inside) {
  ScriptReference reference;
  const std::size_t size = name_size(inside);
  if (size == 0) return fail(Stage::kUsage, "${" + printable(inside, kShown) + "} names nothing");
  reference.name = inside.substr(0, size);
  std::string_view rest = inside.substr(size);
  const std::size_t fallback = rest.find(":-");
  if (fallback != std::string_view::npos) {
    reference.fallback = std::string(rest.substr(fallback + 2));
    rest = rest.substr(0, fallback);
  }
  const bool known =
      rest.empty() || rest.front() == '/' || (rest.front() == '.' && rest.size() > 1);
  if (!known) {
    return fail(Stage::kUsage, "'" + printable(rest, kShown) + "' in ${" +
                                   printable(inside, kShown) +
                                   "} is neither .GROUP nor /POINTER nor :-DEFAULT");
  }
  reference.part = rest;
  return reference;
}

}  // namespace

bool is_script_name(std::string_view word) {
  return !word.empty() && name_size(word) == word.size();
}

Expanded expand(std::string_view text, TemplateStyle style, const ScriptLookup& lookup) {
  std::string out;
  JsonPlace place;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_dollar = text[at] == '$';
    const std::string_view rest = text.substr(at + 1);
    // Measured behind a $ only: a text that is one long word would cost the square of its length.
    const std::size_t plain_name = is_dollar ? name_size(rest) : 0;
    const bool braced = is_dollar && !rest.empty() && rest.front() == '{';
    if (plain_name == 0 && !braced) {
      place.pass(text[at]);
      out += text[at];
      at += text.substr(at, 2) == "$$" ? 2 : 1;
      continue;
    }
    ScriptReference reference;
    if (braced) {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) {
        return fail(Stage::kUsage, printable(text.substr(at), 20) + " is not closed by }");
      }
      auto parsed = parse_braced(rest.substr(1, end - 1));
      if (!parsed) return fail(parsed.error());
      reference = std::move(*parsed);
      at += end + 2;
    } else {
      reference.name = rest.substr(0, plain_name);
      at += plain_name + 1;
    }
    reference.style = style;
    const Expanded value = lookup(reference);
    if (!value) return value;
    if (style == TemplateStyle::kRegex) {
      out += re2::RE2::QuoteMeta(*value);
    } else if (style == TemplateStyle::kJson && place.in_string()) {
      out += json_escaped(*value);
    } else {
      out += *value;
    }
  }
  return out;
}

}  // namespace wscope::input
