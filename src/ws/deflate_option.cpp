// parse_deflate_option: the value of --deflate (contract: deflate_parameters.h).
#include <charconv>
#include <vector>

#include "base/escape.h"
#include "base/http_field.h"
#include "ws/deflate_parameters.h"

namespace wscope::ws {
namespace {

constexpr std::string_view kKnown =
    "parameters, separated by \";\": server_no_context_takeover, client_no_context_takeover, "
    "server_max_window_bits=8…15, client_max_window_bits[=8…15|off], level=0…9, threshold=BYTES";

struct Setting {
  std::string_view name;
  std::optional<std::string_view> value;
};

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (text.empty() || problem != std::errc() || stop != end) return std::nullopt;
  return value;
}

tl::unexpected<Error> bad_setting(const Setting& setting, const std::string& what) {
  const std::string text =
      std::string(setting.name) + (setting.value ? "=" + std::string(*setting.value) : "");
  return fail(Stage::kUsage, "--deflate: " + quoted(text) + ": " + what, std::string(kKnown));
}

Result<bool> read_flag(const Setting& setting) {
  if (setting.value) return bad_setting(setting, "takes no value");
  return true;
}

Result<unsigned> read_number(const Setting& setting, unsigned least, unsigned most,
                             const std::string& what) {
  const auto value = number(setting.value.value_or(""));
  if (!value || *value < least || *value > most) return bad_setting(setting, what);
  return *value;
}

Result<int> read_bits(const Setting& setting) {
  const auto bits = read_number(setting, 8, 15, "a window has 8 to 15 bits");
  if (!bits) return fail(bits.error());
  return static_cast<int>(*bits);
}

/// Puts one setting into the offer.
Result<bool> apply(DeflateOffer& offer, const Setting& setting) {
  const auto set = [](auto&& value, auto& field) -> Result<bool> {
    if (!value) return fail(value.error());
    field = *value;
    return true;
  };
  if (setting.name == "server_no_context_takeover") {
    return set(read_flag(setting), offer.server_no_context_takeover);
  }
  if (setting.name == "client_no_context_takeover") {
    return set(read_flag(setting), offer.client_no_context_takeover);
  }
  if (setting.name == "server_max_window_bits") {
    return set(read_bits(setting), offer.server_max_window_bits);
  }
  if (setting.name == "client_max_window_bits") {
    offer.offer_client_max_window_bits = setting.value != "off";
    if (!setting.value || setting.value == "off") return true;
    return set(read_bits(setting), offer.client_max_window_bits);
  }
  if (setting.name == "level") {
    const auto level = read_number(setting, 0, 9, "a level is 0 (none) to 9 (smallest)");
    if (!level) return fail(level.error());
    offer.level = static_cast<int>(*level);
    return true;
  }
  if (setting.name == "threshold") {
    return set(read_number(setting, 0, 1U << 30U, "a threshold is a number of bytes"),
               offer.threshold);
  }
  return bad_setting(setting, "no such parameter");
}

}  // namespace

Result<DeflateOffer> parse_deflate_option(std::string_view text) {
  DeflateOffer offer;
  if (trim_ows(text).empty()) return offer;
  std::vector<std::string_view> seen;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t semicolon = rest.find(';');
    more = semicolon != std::string_view::npos;
    const std::string_view part = trim_ows(rest.substr(0, semicolon));
    rest.remove_prefix(more ? semicolon + 1 : rest.size());
    // Pasted from a header, or with a semicolon too many at its end.
    if (part == "permessage-deflate" && seen.empty()) continue;
    if (part.empty() && !more) break;
    const std::size_t equals = part.find('=');
    Setting setting{trim_ows(part.substr(0, equals)), std::nullopt};
    if (equals != std::string_view::npos) setting.value = trim_ows(part.substr(equals + 1));
    for (const std::string_view name : seen) {
      if (name == setting.name) return bad_setting(setting, "is given twice");
    }
    seen.push_back(setting.name);
    if (const auto applied = apply(offer, setting); !applied) return fail(applied.error());
  }
  return offer;
}

}  // namespace wscope::ws
