#include "net/host_name.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/escape.h"

namespace wscope::net {
namespace {

tl::unexpected<Error> bad_host(std::string_view host, const std::string& why,
                               std::string hint = {}) {
  return fail(Stage::kUsage, "bad host \"" + printable(host) + "\" in the URL: " + why,
              std::move(hint));
}

Result<HostName> parse_ipv6(std::string_view bracketed) {
  const auto whole = bracketed;
  std::string_view text = bracketed.substr(1, bracketed.size() - 2);
  HostName host;
  if (const auto percent = text.find('%'); percent != std::string_view::npos) {
    std::string_view zone = text.substr(percent + 1);
    // RFC 6874 writes the '%' as "%25"; people write it bare, as ping and ssh take it.
    if (zone.size() > 2 && zone.substr(0, 2) == "25") zone.remove_prefix(2);
    const bool plain = std::all_of(zone.begin(), zone.end(), [](char c) {
      return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.';
    });
    if (zone.empty() || !plain) return bad_host(whole, "the zone after '%' is not an interface");
    host.zone = zone;
    text = text.substr(0, percent);
  }
  in6_addr address{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) {
    return bad_host(whole, "not an IPv6 address");
  }
  char canonical[INET6_ADDRSTRLEN];
  host.ascii = inet_ntop(AF_INET6, &address, canonical, sizeof canonical);
  host.is_ip_literal = host.is_ipv6 = true;
  return host;
}

/// Whether a resolver would take the name for an address: its last label is a number.
bool ends_in_number(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  const auto dot = name.rfind('.');
  std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X')) {
    last.remove_prefix(2);
    return std::all_of(last.begin(), last.end(), is_hex_digit);
  }
  return is_digits(last);
}

Result<HostName> parse_ipv4(std::string_view typed, std::string name) {
  if (name.back() == '.') name.pop_back();
  in_addr address{};
  if (inet_aton(name.c_str(), &address) == 0) return bad_host(typed, "not an IPv4 address");
  char canonical[INET_ADDRSTRLEN];
  HostName host;
  host.ascii = inet_ntop(AF_INET, &address, canonical, sizeof canonical);
  host.is_ip_literal = true;
  return host;
}

Result<std::string> to_ascii(std::string_view typed, const std::string& name) {
  char* output = nullptr;
  const auto* input = reinterpret_cast<const std::uint8_t*>(name.c_str());
  const int rc =
      idn2_lookup_u8(input, reinterpret_cast<std::uint8_t**>(&output),
                     static_cast<int>(IDN2_NFC_INPUT) | static_cast<int>(IDN2_NONTRANSITIONAL));
  if (rc != IDN2_OK) {
    return bad_host(typed, std::string("not an international name: ") + idn2_strerror(rc));
  }
  std::string ascii = output;
  idn2_free(output);
  return ascii;
}

/// RFC 1123 2.1 with '_', which real names have; lengths by RFC 1035 2.3.4.
std::string why_no_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.size() > 253) return "longer than 253 bytes";
  std::size_t label = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i == name.size() || name[i] == '.') {
      if (label == 0) return "a label is empty";
      if (label > 63) return "a label is longer than 63 bytes";
      label = 0;
      continue;
    }
    const char c = name[i];
    if (!is_digit(c) && !is_letter(c) && c != '-' && c != '_') {
      return "'" + printable({&c, 1}) + "' can't be part of a name";
    }
    ++label;
  }
  return {};
}

}  // namespace

Result<HostName> parse_host(std::string_view text) {
  if (!text.empty() && text.front() == '[' && text.back() == ']') return parse_ipv6(text);
  if (text.empty()) return fail(Stage::kUsage, "the URL has no host");

  auto decoded = percent_decode(text);
  if (!decoded) return bad_host(text, "'%' is not followed by two hex digits");
  std::string name = std::move(*decoded);
  if (name.find('\0') != std::string::npos) return bad_host(text, "it has a NUL byte");

  HostName host;
  const bool international =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) < 0; });
  if (international) {
    auto ascii = to_ascii(text, name);
    if (!ascii) return fail(ascii.error());
    host.display = std::move(name);
    name = std::move(*ascii);
  }
  // After the mapping: compatibility characters can turn into '/' or digits.
  if (const std::string why = why_no_name(name); !why.empty()) return bad_host(text, why);
  if (ends_in_number(name)) return parse_ipv4(text, std::move(name));
  host.ascii = lower_case(name);
  return host;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value == 0 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<HostPort> split_host_port(std::string_view authority) {
  HostPort parts;
  std::size_t end = 0;
  if (!authority.empty() && authority.front() == '[') {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    end = bracket + 1;
    if (end < authority.size() && authority[end] != ':') return std::nullopt;
  } else {
    end = std::min(authority.find(':'), authority.size());
  }
  parts.host = authority.substr(0, end);
  if (end < authority.size()) {
    parts.port = authority.substr(end + 1);
    if (parts.port->find(':') != std::string_view::npos) return std::nullopt;
  }
  return parts;
}

std::string host_and_port(std::string_view host, unsigned port) {
  std::string out;
  if (host.find(':') != std::string_view::npos) {
    out.append("[").append(host).append("]");
  } else {
    out.append(host);
  }
  return out.append(":").append(std::to_string(port));
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace wscope::net
