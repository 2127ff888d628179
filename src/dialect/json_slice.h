// json_slice: lines as they are typed and shown ↔ JSON, whose values stay as they were written.
//
// What base/json_parts.h takes apart is put together here: quoted names, arrays, objects that stand
// for something else. Pure; nothing throws.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::dialect {

/// What five bytes of text hold takes ten times as much in memory. No dialect's messages have half
/// as many.
constexpr std::size_t kMostMembers = 10000;

/// UTF-8 → a JSON string with its quotes.
std::string json_quoted(std::string_view text);

/// "[a,b]" of the values.
std::string json_array(const std::vector<std::string>& values);

/// Cuts the first word, or the first JSON string, off `text`; blanks before and behind it go too.
std::string take_name(std::string_view& text);
/// A name as take_name() reads it: quoted where it holds blanks or quotes, or would look like JSON.
std::string shown_name(std::string_view name);

/// Replaces flat objects of valid JSON in which `key` stands by what `replace` makes of them;
/// nothing: left as it is.
std::string replace_flat_objects(
    std::string_view text, std::string_view key,
    const std::function<std::optional<std::string>(std::string_view object)>& replace);

}  // namespace wscope::dialect
