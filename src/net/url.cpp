#include "net/url.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/url_scheme.h"
#include "net/host_name.h"

namespace wscope::net {
namespace {

constexpr std::size_t kMaxUnixPath = 107;  // sun_path less its NUL

/// The request target (RFC 6455 3: path and query); what can't stand on a request line is encoded.
std::string resource_of(std::string_view path_and_query) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  if (path_and_query.empty() || path_and_query.front() != '/') out += '/';
  for (const char c : path_and_query) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

/// "user:password" → the Url's fields. Nothing of it may get into a message.
Result<void> take_user_info(std::string_view text, Url& url) {
  if (text.empty()) return {};
  const auto colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password =
      percent_decode(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!user || !password) {
    return fail(Stage::kUsage, "bad user info in the URL: '%' is not followed by two hex digits",
                "write a '%' in a name or password as %25, or use --auth USER:PASS");
  }
  const std::string both = *user + *password;
  if (has_control(both)) {
    return fail(Stage::kUsage, "bad user info in the URL: it has a control character");
  }
  if (user->find(':') != std::string::npos) {  // RFC 7617 2
    return fail(Stage::kUsage, "bad user info in the URL: a user name can't contain ':'");
  }
  url.user = *user;
  url.password = *password;
  return {};
}

/// host[:port], after the user info. `short_form`: no scheme was typed.
Result<void> take_host_port(std::string_view authority, bool short_form, Url& url) {
  const auto parts = split_host_port(authority);
  if (!parts) {
    if (std::count(authority.begin(), authority.end(), ':') > 1 && authority.front() != '[') {
      return fail(Stage::kUsage,
                  "bad host \"" + printable(authority) + "\" in the URL: too many ':'",
                  "an IPv6 address stands in brackets: [::1]:8765");
    }
    return fail(Stage::kUsage, "bad host \"" + printable(authority) + "\" in the URL");
  }
  if (parts->port && !parts->port->empty()) {
    const auto port = parse_port(*parts->port);
    if (!port) {
      return fail(
          Stage::kUsage,
          "bad port \"" + printable(*parts->port) + "\" in the URL: not a number from 1 to 65535",
          equal_ignoring_case(parts->host, "ws") || equal_ignoring_case(parts->host, "wss")
              ? "a URL begins with ws:// or wss://"
              : "");
    }
    url.port = *port;
  }
  if (short_form && url.port == 443) url.secure = true;
  if (url.port == 0) url.port = url.secure ? 443 : 80;

  if (!short_form && parts->host.empty()) {
    return fail(Stage::kUsage, "the URL has no host",
                "ws://localhost/path is on this machine, ws+unix:/path.sock:/resource is a Unix "
                "socket");
  }
  auto host = parse_host(short_form && parts->host.empty() ? "localhost" : parts->host);
  if (!host) return fail(host.error());
  url.host = std::move(host->ascii);
  url.display_host = std::move(host->display);
  url.zone = std::move(host->zone);
  url.is_ip_literal = host->is_ip_literal;
  url.is_ipv6 = host->is_ipv6;
  return {};
}

/// What follows "ws+unix:": path[:resource], where the path is percent-decoded.
Result<Url> parse_unix(std::string_view text, bool secure) {
  // node-ws once wrote ws+unix:///path; an empty authority is no part of the path.
  if (text.substr(0, 3) == "///") text.remove_prefix(2);
  const auto path_end = std::min(text.find_first_of(":?"), text.size());
  const auto path = percent_decode(text.substr(0, path_end));
  std::string_view resource = text.substr(path_end);
  if (!resource.empty() && resource.front() == ':') resource.remove_prefix(1);

  if (!path || path->find('\0') != std::string::npos) {
    return fail(Stage::kUsage, "bad socket path in the URL: a '%' stands for no character",
                "write a '%' in a path as %25");
  }
  if (path->empty() || *path == "@" || path->back() == '/') {
    return fail(Stage::kUsage, "the URL has no socket path",
                "ws+unix:/path/of.sock:/resource, or ws+unix:@name:/resource");
  }
  if (path->size() > kMaxUnixPath) {
    return fail(Stage::kUsage, "the socket path in the URL is longer than " +
                                   std::to_string(kMaxUnixPath) + " bytes");
  }
  if (!resource.empty() && resource.front() != '/' && resource.front() != '?') {
    // "user:password@/path": what follows the ':' is no resource.
    if (resource.find('@') != std::string_view::npos) {
      return fail(Stage::kUsage, "the URL of a Unix socket can't have a user and a password",
                  "--auth USER:PASS sends them");
    }
    return fail(Stage::kUsage, "bad resource \"" + printable(resource) +
                                   "\" after the socket path: it begins with '/'");
  }
  Url url;
  url.secure = secure;
  url.host = "localhost";
  url.port = secure ? 443 : 80;
  url.unix_path = *path;
  url.resource = resource_of(resource);
  return url;
}

bool is_websocket_scheme(std::string_view scheme) {
  for (const std::string_view known : {"ws", "wss", "http", "https"}) {
    if (equal_ignoring_case(scheme, known)) return true;
  }
  return false;
}

tl::unexpected<Error> mistyped(std::string message, const std::string& meant) {
  return fail(Stage::kUsage, std::move(message), "did you mean " + printable(meant) + "?");
}

/// `rest`: what stands behind the scheme, but for its "://". `message`: what is wrong with that.
tl::unexpected<Error> mistyped_mark(std::string message, std::string_view scheme,
                                    std::string_view rest) {
  const std::string begin = std::string(scheme) + "://";
  const std::string_view place = rest.substr(std::min(rest.find_first_not_of("/\\"), rest.size()));
  if (place.empty() || place.front() == '?') {
    return fail(Stage::kUsage, "the URL has no host", "for example " + begin + "localhost:8765/");
  }
  const bool secret = place.find('@') != std::string_view::npos;
  return mistyped(std::move(message), begin + (secret ? "…" : std::string(place)));
}

/// "ws:/host", "ws:host:port": read as the short form, "ws" would be the host, and in
/// "wss:user:password@host" a user, whose password would go out unencrypted. "ws:8080" is one.
Result<void> check_slashes(std::string_view scheme, std::string_view rest) {
  if (is_digits(rest.substr(0, rest.find_first_of("/?")))) return {};
  return mistyped_mark("the URL has no // after " + std::string(scheme) + ":", scheme, rest);
}

/// "wss//host": read as the short form, "wss" would be the host. "ws/path" is one.
Result<void> check_colon(std::string_view text) {
  const std::string_view scheme = text.substr(0, text.find('/'));
  const std::string_view rest = text.substr(scheme.size());
  if (rest.substr(0, 2) != "//" || !is_websocket_scheme(scheme)) return {};
  return mistyped_mark("the URL has no : after " + std::string(scheme), scheme, rest);
}

/// "unix:/path": what other programs call it. "unix:80" is a host and its port.
Result<void> check_unix_scheme(std::string_view scheme, std::string_view rest) {
  const bool path = rest.substr(0, 1) == "/" || rest.substr(0, 1) == "@";
  if (!path || !equal_ignoring_case(scheme, "unix")) return {};
  if (rest.substr(0, 3) == "///") rest.remove_prefix(2);
  const bool resource = rest.find(':') != std::string_view::npos;
  // Behind an abstract name's own '@', another may end a password.
  const bool secret = rest.find('@', 1) != std::string_view::npos;
  return mistyped("unknown scheme \"unix\" in the URL",
                  "ws+unix:" + (secret ? "…" : std::string(rest) + (resource ? "" : ":/resource")));
}

/// The short form has whatever stands before the first slash as its host.
Result<void> check_short_form(std::string_view text, std::size_t scheme) {
  if (scheme > 0) {
    const std::string_view name = text.substr(0, scheme);
    const std::string_view rest = text.substr(scheme + 1);
    return is_websocket_scheme(name) ? check_slashes(name, rest) : check_unix_scheme(name, rest);
  }
  if (auto checked = check_colon(text); !checked) return checked;
  // As an address (RFC 3986 7.4), 8765 would be 0.0.34.61.
  const std::string_view number = text.substr(0, text.find_first_of("/?"));
  if (!is_digits(number)) return {};
  const bool secret = text.find('@') != std::string_view::npos;
  return mistyped("the URL begins with a number, not a host",
                  ":" + std::string(secret ? number : text));
}

/// Takes "wss://" off the front, where there is one, and tells the short form from it.
Result<void> take_scheme(std::string_view& text, bool& short_form, Url& url) {
  const std::size_t n = scheme_length(text);
  short_form = n == 0 || text.substr(n, 3) != "://";
  if (short_form) return check_short_form(text, n);
  const std::string_view scheme = text.substr(0, n);
  if (!is_websocket_scheme(scheme)) {
    if (auto checked = check_unix_scheme(scheme, text.substr(n + 1)); !checked) return checked;
    return fail(Stage::kUsage, "unknown scheme \"" + printable(scheme) + "\" in the URL",
                "ws, wss, http, https, ws+unix and wss+unix are known");
  }
  url.secure = equal_ignoring_case(scheme, "wss") || equal_ignoring_case(scheme, "https");
  text.remove_prefix(n + 3);
  return {};
}

}  // namespace

std::string Url::authority() const {
  std::string out = is_ipv6 ? "[" + host + "]" : host;
  if (!default_port()) out += ":" + std::to_string(port);
  return out;
}

std::string Url::display() const {
  if (!unix_path.empty()) {
    return (secure ? "wss+unix:" : "ws+unix:") + unix_path + ":" + resource;
  }
  std::string out = secure ? "wss://" : "ws://";
  // RFC 6874's "%25" only where the zone would be taken for it: people write a bare '%'.
  const std::string mark = zone.substr(0, 2) == "25" ? "%25" : "%";
  out += is_ipv6 ? "[" + host + (zone.empty() ? "" : mark + zone) + "]" : host;
  if (!default_port()) out += ":" + std::to_string(port);
  return out + resource;
}

Result<Url> parse_url(std::string_view text) {
  if (text.empty()) return fail(Stage::kUsage, "the URL is empty");
  if (has_control(text)) {
    return fail(Stage::kUsage, "the URL has a control character");
  }
  if (text.find('#') != std::string_view::npos) {  // RFC 6455 3; not quoted: it may hold a password
    return fail(Stage::kUsage, "the URL has a fragment, which WebSocket URLs can't have",
                "write a '#' as %23");
  }

  if (text.substr(0, 2) == "//") {
    return fail(Stage::kUsage, "the URL has no scheme", "write ws: or wss: before the //");
  }
  if (text.substr(0, 3) == "://") {
    return fail(Stage::kUsage, "the URL has no scheme", "write ws or wss before the ://");
  }

  const std::string_view scheme = text.substr(0, scheme_length(text));
  for (const bool secure : {false, true}) {
    if (!equal_ignoring_case(scheme, secure ? "wss+unix" : "ws+unix")) continue;
    return parse_unix(text.substr(scheme.size() + 1), secure);
  }
  Url url;
  bool short_form = false;
  if (auto taken = take_scheme(text, short_form, url); !taken) return fail(taken.error());

  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (auto taken = take_user_info(authority.substr(0, at), url); !taken) {
      return fail(taken.error());
    }
    authority.remove_prefix(at + 1);
  }
  if (auto taken = take_host_port(authority, short_form, url); !taken) {
    // "user:pa/ss@host": what looks like a port is half of a password and must not be quoted.
    if (text.find('@', authority_end) == std::string_view::npos) return fail(taken.error());
    return fail(Stage::kUsage, "the URL's host and port can't be read",
                "write '/' and '?' in a user name or password as %2F and %3F");
  }
  url.resource = resource_of(text.substr(authority_end));
  return url;
}

}  // namespace wscope::net
