#include "cli/print_config.h"

#include <algorithm>
#include <string_view>

#include "cli/config_secrets.h"

namespace wscope::cli {
namespace {

std::string key_of(const OptionRow& row) {
  if (row.long_name == "connect") return "url";
  return std::string(row.long_name.empty() ? "timestamps" : row.long_name);  // -t
}

/// A basic string of TOML.
std::string quoted(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      quoted.append(1, '\\').append(1, letter);
    } else if (letter == '\n') {
      quoted += "\\n";
    } else if (letter == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted.append("\\u00").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
    } else {
      quoted += letter;
    }
  }
  return quoted + '"';
}

std::string value_of(const Assignment& assignment) {
  const OptionRow& row = *assignment.row;
  if (assignment.refers()) {
    const Setting& setting = assignment.setting;
    const bool variable = setting.kind == Setting::Kind::kEnvironment;
    std::string reference = variable ? "{ env = " : "{ file = ";
    reference += quoted(setting.text);
    if (!setting.prefix.empty()) reference += ", prefix = " + quoted(setting.prefix);
    return reference + " }";
  }
  if (row.long_name.empty()) return "\"local\"";
  const bool flag = !row.may_take_value() || (!row.takes_value() && assignment.value.empty());
  return flag ? "true" : quoted(without_secret(row, assignment.value));
}

std::string origin_of(const Assignment& assignment) {
  switch (assignment.layer) {
    case Assignment::Layer::kCommandLine:
      return "command line";
    case Assignment::Layer::kDefaults:
      return assignment.setting.place.text() + " (defaults)";
    case Assignment::Layer::kProfile:
      break;
  }
  return assignment.setting.place.text();
}

}  // namespace

std::string print_config(const std::vector<Assignment>& assignments) {
  std::vector<const Assignment*> ordered;
  for (const Assignment& assignment : assignments) {
    const std::string_view name = assignment.row->long_name;
    if (name != "config" && name != "print-config") ordered.push_back(&assignment);
  }
  // The address first, for it is what one looks for.
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* one, const auto* other) {
    const bool one_url = one->row->long_name == "connect";
    const bool other_url = other->row->long_name == "connect";
    return one_url != other_url ? one_url : one->row < other->row;
  });
  std::string text;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    const OptionRow& row = *ordered[i]->row;
    const bool first = i == 0 || ordered[i - 1]->row != &row;
    const bool last = i + 1 == ordered.size() || ordered[i + 1]->row != &row;
    std::string comment = "  # " + origin_of(*ordered[i]) + "\n";
    if (!row.repeatable()) {
      // Of what can be said once, the last counts.
      if (last) text += key_of(row) + " = " + value_of(*ordered[i]) + comment;
      continue;
    }
    if (first) text += key_of(row) + " = [\n";
    text += "  " + value_of(*ordered[i]) + "," + comment;
    if (last) text += "]\n";
  }
  return text;
}

}  // namespace wscope::cli
