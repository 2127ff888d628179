// JSON of scripts: is the expected value a part of the one that came, and if not, where they part.
//
// Objects are compared by the members expected (others may stand beside them), arrays element by
// element, numbers by value. A difference is told by its JSON pointer (RFC 6901). Pure. Text of
// which json_value_fault (input/json_value.h) tells something is no value.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::session {

struct JsonDifference {
  std::string pointer;   // "" for the whole
  std::string expected;  // as JSON, shortened; empty: nothing
  std::string came;      // as JSON, shortened; empty: it is missing
};

/// Whether members of an object that were not expected are a difference.
enum class JsonExtent { kPart, kWhole };

/// The differences, none when `expected` is part of `came` (kWhole: the same as); nothing when one
/// of them is no value.
std::optional<std::vector<JsonDifference>> json_differences(std::string_view expected,
                                                            std::string_view came,
                                                            JsonExtent extent = JsonExtent::kPart);

/// JSON that is compared often: taken apart once.
class JsonValue {
 public:
  /// Nothing where the text is no value.
  static std::optional<JsonValue> parse(std::string_view text);
  /// Whether json_differences() would find none (JsonExtent::kPart).
  bool is_part_of(const JsonValue& came) const;

 private:
  struct Tree;
  std::shared_ptr<const Tree> tree_;
};

/// The value of one text, taken apart when it is asked for first.
class JsonReading {
 public:
  /// `text` is the same each time; nullptr where it is no value.
  const JsonValue* of(std::string_view text);
  /// Takes several times the text's memory until then.
  void forget() { value_.reset(); }

 private:
  std::optional<std::optional<JsonValue>> value_;
};

/// What the pointer leads to: a string's text, anything else as it stands there, a number with its
/// digits; nothing when it leads nowhere.
std::optional<std::string> json_at(std::string_view text, const std::string& pointer);

}  // namespace wscope::session
