#include "session/script_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "input/json_value.h"

namespace wscope::session {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 200;  // bytes of a value in a difference
constexpr std::size_t kMostDifferences = 50;
constexpr std::string_view kBlanks = " \t\r\n";

std::optional<json> parse(std::string_view text) {
  // The library walks trees recursively, so what a server nests is measured first.
  if (input::nested_too_deep(text)) return std::nullopt;
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string written(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string shown(const json& value) {
  std::string text = written(value);
  if (text.size() <= kShown) return text;
  std::size_t end = kShown;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

/// RFC 6901 section 3.
std::string escaped_key(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> unescaped_key(std::string key) {
  for (std::size_t tilde = key.find('~'); tilde != std::string::npos;
       tilde = key.find('~', tilde + 1)) {
    const char which = tilde + 1 < key.size() ? key[tilde + 1] : ' ';
    if (which != '0' && which != '1') return std::nullopt;
    key.replace(tilde, 2, which == '0' ? "~" : "/");
  }
  return key;
}

bool is_part(const json& expected, const json& came) {
  if (expected.is_object() && came.is_object()) {
    for (auto member = expected.begin(); member != expected.end(); ++member) {
      const auto found = came.find(member.key());
      if (found == came.end() || !is_part(*member, *found)) return false;
    }
    return true;
  }
  if (expected.is_array() && came.is_array()) {
    return std::equal(expected.begin(), expected.end(), came.begin(), came.end(), is_part);
  }
  return expected == came;
}

class Comparison {
 public:
  explicit Comparison(JsonExtent extent) : extent_(extent) {}

  void compare(const json& expected, const json& came, const std::string& pointer);
  std::vector<JsonDifference> take() { return std::move(differences_); }

 private:
  void differ(const std::string& pointer, std::string expected, std::string came) {
    if (differences_.size() < kMostDifferences) {
      differences_.push_back({pointer, std::move(expected), std::move(came)});
    }
  }
  const JsonExtent extent_;
  std::vector<JsonDifference> differences_;
};

void Comparison::compare(const json& expected, const json& came, const std::string& pointer) {
  if (expected.is_object() && came.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const std::string place = pointer + "/" + escaped_key(key);
      const auto found = came.find(key);
      if (found == came.end()) {
        differ(place, shown(value), "");
      } else {
        compare(value, *found, place);
      }
    }
    if (extent_ == JsonExtent::kPart) return;
    for (const auto& [key, value] : came.items()) {
      if (!expected.contains(key)) differ(pointer + "/" + escaped_key(key), "", shown(value));
    }
    return;
  }
  if (expected.is_array() && came.is_array()) {
    const std::size_t shared = std::min(expected.size(), came.size());
    for (std::size_t i = 0; i < shared; ++i) {
      compare(expected[i], came[i], pointer + "/" + std::to_string(i));
    }
    for (std::size_t i = shared; i < expected.size(); ++i) {
      differ(pointer + "/" + std::to_string(i), shown(expected[i]), "");
    }
    for (std::size_t i = shared; i < came.size(); ++i) {
      differ(pointer + "/" + std::to_string(i), "", shown(came[i]));
    }
    return;
  }
  if (expected != came) differ(pointer, shown(expected), shown(came));
}

}  // namespace

std::optional<std::vector<JsonDifference>> json_differences(std::string_view expected,
                                                            std::string_view came,
                                                            JsonExtent extent) {
  const auto wanted = parse(expected);
  const auto got = parse(came);
  if (!wanted || !got) return std::nullopt;
  Comparison comparison(extent);
  comparison.compare(*wanted, *got, "");
  return comparison.take();
}

struct JsonValue::Tree {
  json root;
};

std::optional<JsonValue> JsonValue::parse(std::string_view text) {
  auto root = session::parse(text);
  if (!root) return std::nullopt;
  JsonValue value;
  value.tree_ = std::make_shared<const Tree>(Tree{std::move(*root)});
  return value;
}

bool JsonValue::is_part_of(const JsonValue& came) const {
  return is_part(tree_->root, came.tree_->root);
}

const JsonValue* JsonReading::of(std::string_view text) {
  if (!value_) value_ = JsonValue::parse(text);
  return *value_ ? &**value_ : nullptr;
}

std::optional<std::string> json_at(std::string_view text, const std::string& pointer) {
  if (!is_json(text)) return std::nullopt;
  std::string_view at =
      leading_value(text.substr(std::min(text.find_first_not_of(kBlanks), text.size())));
  for (std::size_t i = 0; i < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', i + 1), pointer.size());
    const auto key = unescaped_key(pointer.substr(i + 1, end - i - 1));
    if (!key) return std::nullopt;
    if (const auto members = json_members(at)) {
      at = json_member(*members, *key);
    } else if (const auto elements = json_elements(at)) {
      const bool number = !key->empty() && key->size() < 10 &&
                          key->find_first_not_of("0123456789") == std::string::npos;
      if (!number || std::stoul(*key) >= elements->size()) return std::nullopt;
      at = (*elements)[std::stoul(*key)];
    } else {
      return std::nullopt;
    }
    if (at.empty()) return std::nullopt;
    i = end;
  }
  return at.front() == '"' ? json_string(at) : std::string(at);
}

}  // namespace wscope::session
