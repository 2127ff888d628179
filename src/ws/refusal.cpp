#include "ws/refusal.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "base/mask_credentials.h"

namespace wscope::ws {
namespace {

constexpr std::string_view kTelling[] = {"Allow",        "Connection", "Content-Encoding",
                                         "Content-Type", "Location",   "Proxy-Authenticate",
                                         "Retry-After",  "Server",     "Set-Cookie",
                                         "Upgrade",      "Via",        "WWW-Authenticate",
                                         "X-Request-Id"};

bool tells_why(std::string_view name) {
  if (name.size() > 14 && equal_ignoring_case(name.substr(0, 14), "Sec-WebSocket-")) return true;
  return std::any_of(std::begin(kTelling), std::end(kTelling), [name](std::string_view telling) {
    return equal_ignoring_case(telling, name);
  });
}

// A hostile head has up to 64 KiB of each of these.
constexpr std::size_t kLongestValue = 1000;
constexpr std::size_t kLongestInSentence = 200;
constexpr std::size_t kMostHeaders = 32;

std::string in_sentence(std::string_view value) { return escaped(value, kLongestInSentence); }

/// One line: a value has no line breaks left, what else is dangerous is escaped.
std::string shown_value(std::string_view name, std::string_view value) {
  return escaped(masked_value(name, value), kLongestValue);
}

std::string shown_body(const ResponseHead& head, std::string_view body) {
  const std::string coding = head.joined("Content-Encoding");
  if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
    return "(" + std::to_string(body.size()) + " bytes, " + in_sentence(coding) + ")";
  }
  std::string lines;
  lines.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool line_end = body[i] == '\r' && i + 1 < body.size() && body[i + 1] == '\n';
    if (!line_end) lines += body[i];
  }
  while (!lines.empty() && (lines.back() == '\n' || lines.back() == '\r')) lines.pop_back();
  return escaped(lines);
}

/// The path that was asked for, without the query, which may hold a token.
std::string requested_path(const HandshakeRequest& request) {
  const std::string_view head = request.head;
  const std::size_t begin = head.find(' ');
  if (begin == std::string_view::npos) return "the path";
  const std::string_view target = head.substr(begin + 1);
  return quoted(target.substr(0, target.find_first_of(" ?\r\n")));
}

std::string hint_for_unauthorized(const HandshakeRequest& request, const ResponseHead& head) {
  if (find_field(request.head, "Authorization")) return "the server did not take these credentials";
  const std::string challenge = head.joined("WWW-Authenticate");
  if (contains_ignoring_case(challenge, "bearer")) return "send a token with --bearer TOKEN";
  if (contains_ignoring_case(challenge, "basic") || contains_ignoring_case(challenge, "digest")) {
    return "send a name and password with --auth USER:PASS";
  }
  return "send credentials with --auth USER:PASS or --bearer TOKEN";
}

/// RFC 6455 4.4: the server lists the versions it speaks; "" when ours is one of them.
std::string hint_for_version(const HandshakeRequest& request, const ResponseHead& head) {
  const std::string versions = head.joined("Sec-WebSocket-Version");
  const auto list = split_list(versions);
  const auto ours = find_field(request.head, "Sec-WebSocket-Version");
  if (list.empty() || (ours && list_has(versions, *ours))) return {};
  return "the server speaks version " + in_sentence(versions) + " of the protocol: try -p " +
         in_sentence(list.front());
}

std::string hint_for_upgrade_required(const HandshakeRequest& request, const ResponseHead& head) {
  const std::string upgrade = head.joined("Upgrade");
  if (upgrade.empty() || list_has(upgrade, "websocket")) return hint_for_version(request, head);
  return "the server asks for an upgrade to " + in_sentence(upgrade) + ", not to websocket";
}

std::string hint_for_bad_request(const HandshakeRequest& request, const ResponseHead& head) {
  const std::string version = hint_for_version(request, head);  // RFC 6455 4.4 answers so
  return version.empty() ? "the server could not make sense of the request: -v shows it" : version;
}

std::string hint_for_retry(const ResponseHead& head) {
  const std::string after = head.find("Retry-After").value_or("");
  if (after.empty()) return "the server is busy or limits requests: try again later";
  const bool seconds = after.find_first_not_of("0123456789") == std::string::npos;
  return "the server asks to try again " +
         (seconds ? "in " + in_sentence(after) + " s" : "after " + in_sentence(after));
}

/// nginx, Apache, Go's net/http, Tomcat, lighttpd and the like in their own words.
bool says_tls_port(std::string_view body) {
  for (const std::string_view words :
       {"plain http request was sent to https port", "speaking plain http to an ssl-enabled",
        "http request to an https server", "requires tls", "plain http request sent to tls port"}) {
    if (contains_ignoring_case(body, words)) return true;
  }
  return false;
}

std::string hint_for(const HandshakeRequest& request, const ResponseHead& head,
                     std::string_view body) {
  if (head.status >= 400 && head.status < 500 && says_tls_port(body)) {
    return "this port speaks TLS: use wss://";
  }
  switch (head.status) {
    case 200:
      return requested_path(request) + " answers plain HTTP requests: check the path of the URL";
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      // Of several -L follows none.
      if (const auto location = head.find("Location"); location && head.count("Location") == 1) {
        return "-L follows the redirect to " + in_sentence(masked_value("Location", *location));
      }
      return {};
    case 400:
      return hint_for_bad_request(request, head);
    case 401:
      return hint_for_unauthorized(request, head);
    case 403:
      return find_field(request.head, "Origin")
                 ? "the server may not allow this origin, or want other credentials"
                 : "the server may want an origin (-o ORIGIN) or credentials (--auth, --bearer)";
    case 404:
      return "the server knows no " + requested_path(request) + ": check the path of the URL";
    case 407:
      return "a proxy wants credentials: --proxy http://USER:PASS@HOST:PORT";
    case 426:
      return hint_for_upgrade_required(request, head);
    case 429:
    case 503:
      return hint_for_retry(head);
    case 502:
    case 504:
      return "a gateway answered: the server behind it can't be reached";
    default:
      return {};
  }
}

}  // namespace

std::string telling_headers(const ResponseHead& head) {
  std::string lines = escaped(head.status_line, kLongestValue);
  std::size_t shown = 0;
  for (const auto& [name, value] : head.headers) {
    if (!tells_why(name)) continue;
    if (++shown > kMostHeaders) return lines + "\n…";
    lines += "\n" + escaped(name, kLongestInSentence) + ": " + shown_value(name, value);
  }
  return lines;
}

Error explain_refusal(const HandshakeRequest& request, const ResponseHead& head,
                      std::string_view body, std::string_view note) {
  Error error;
  error.stage = Stage::kHandshake;
  error.message = "server refused the upgrade: " + in_sentence(head.status_line);
  error.hint = hint_for(request, head, body);
  error.detail = telling_headers(head);
  if (!body.empty()) error.detail += "\n\n" + shown_body(head, body);
  if (!note.empty()) error.detail += "\n(" + escaped(note) + ")";
  return error;
}

}  // namespace wscope::ws
