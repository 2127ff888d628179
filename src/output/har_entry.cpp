#include "output/har_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <vector>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/http_field.h"
#include "base/mask_credentials.h"
#include "output/json_string.h"
#include "output/time_stamp.h"

namespace wscope::output {
namespace {

struct Field {
  std::string name;
  std::string value;
};

/// An HTTP head (RFC 9112), taken apart.
struct Head {
  std::string_view first;  // request or status line
  std::vector<Field> fields;

  std::string find(std::string_view name) const;
};

/// The text before the first `mark`, which is taken away with it.
std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string Head::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

Head parse_head(std::string_view text) {
  Head head;
  head.first = trim_ows(next_head_line(text).value_or(""));
  while (const auto line = next_head_line(text)) {
    std::string_view value = trim_ows(*line);
    if (value.empty()) continue;
    // RFC 9112 5.2: a line that begins with white space goes on with the one before it.
    if (value.front() != line->front() && !head.fields.empty()) {
      head.fields.back().value.append(" ").append(value);
      continue;
    }
    const std::string_view name = take_until(value, ':');
    head.fields.push_back({std::string(trim_ows(name)), std::string(trim_ows(value))});
  }
  return head;
}

/// JSON as it is put together.
class Json {
 public:
  Json& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  Json& key(std::string_view name) {
    if (out_.back() != '{' && out_.back() != '[') out_ += ',';
    out_.append("\"").append(name).append("\":");
    return *this;
  }
  Json& text(std::string_view value) {
    out_ += '"';
    append_json_string(out_, value);
    out_ += '"';
    return *this;
  }
  Json& text(std::string_view name, std::string_view value) { return key(name).text(value); }
  Json& number(std::string_view name, std::int64_t value) {
    return key(name).raw(std::to_string(value));
  }
  Json& milliseconds(std::string_view name, double seconds) {
    key(name);
    fmt::format_to(std::back_inserter(out_), "{:.3f}", seconds * 1000);
    return *this;
  }
  Json& milliseconds(std::string_view name, std::optional<double> seconds) {
    return seconds ? milliseconds(name, *seconds) : number(name, -1);
  }
  Json& flag(std::string_view name, bool value) { return key(name).raw(value ? "true" : "false"); }
  Json& pair(std::string_view name, std::string_view value) {
    if (out_.back() != '[') out_ += ',';
    return raw("{").text("name", name).text("value", value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string shown(std::string_view name, const std::string& value, bool secrets) {
  return secrets ? value : masked_value(name, value);
}

void headers(Json& json, const Head& head, bool secrets) {
  json.key("headers").raw("[");
  for (const Field& field : head.fields) {
    if (!secrets && carries_credentials(field.name)) continue;
    json.pair(field.name, shown(field.name, field.value, secrets)).raw("}");
  }
  json.raw("]");
}

/// RFC 6265 5.4: what a client sent.
void sent_cookies(Json& json, const Head& head, bool secrets) {
  json.key("cookies").raw("[");
  for (const Field& field : head.fields) {
    if (!secrets || !equal_ignoring_case(field.name, "Cookie")) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      std::string_view value = trim_ows(take_until(rest, ';'));
      const std::string_view name = take_until(value, '=');
      json.pair(name, value).raw("}");
    }
  }
  json.raw("]");
}

/// RFC 6265 5.2: what a server set.
void set_cookies(Json& json, const Head& head, bool secrets) {
  json.key("cookies").raw("[");
  for (const Field& field : head.fields) {
    if (!secrets || !equal_ignoring_case(field.name, "Set-Cookie")) continue;
    std::string_view rest = field.value;
    std::string_view value = trim_ows(take_until(rest, ';'));
    const std::string_view name = take_until(value, '=');
    json.pair(name, value);
    while (!rest.empty()) {
      std::string_view attribute = trim_ows(take_until(rest, ';'));
      const std::string_view which = trim_ows(take_until(attribute, '='));
      if (equal_ignoring_case(which, "Path")) json.text("path", attribute);
      if (equal_ignoring_case(which, "Domain")) json.text("domain", attribute);
      if (equal_ignoring_case(which, "HttpOnly")) json.flag("httpOnly", true);
      if (equal_ignoring_case(which, "Secure")) json.flag("secure", true);
    }
    json.raw("}");
  }
  json.raw("]");
}

void query(Json& json, std::string_view url) {
  json.key("queryString").raw("[");
  take_until(url, '?');
  while (!url.empty()) {
    std::string_view value = take_until(url, '&');
    const std::string_view name = take_until(value, '=');
    json.pair(name, value).raw("}");
  }
  json.raw("]");
}

std::int64_t size_of(const std::string& head) {
  return head.empty() ? -1 : static_cast<std::int64_t>(head.size());
}

void request(Json& json, const HarEntry& entry, bool secrets) {
  const Head head = parse_head(entry.request_head);
  std::string_view line = head.first;
  const std::string_view method = take_until(line, ' ');
  const std::size_t version = line.rfind(' ');
  json.key("request").raw("{");
  json.text("method", method.empty() ? "GET" : method).text("url", entry.url);
  json.text("httpVersion",
            version == std::string_view::npos ? "HTTP/1.1" : line.substr(version + 1));
  sent_cookies(json, head, secrets);
  headers(json, head, secrets);
  query(json, entry.url);
  json.number("headersSize", size_of(entry.request_head)).number("bodySize", 0).raw("}");
}

void response(Json& json, const HarEntry& entry, bool secrets) {
  const Head head = parse_head(entry.response_head);
  std::string_view line = head.first;
  const std::string_view version = take_until(line, ' ');
  const auto status = std::strtol(std::string(take_until(line, ' ')).c_str(), nullptr, 10);
  json.key("response").raw("{");
  json.number("status", status).text("statusText", line).text("httpVersion", version);
  set_cookies(json, head, secrets);
  headers(json, head, secrets);
  const std::string length = head.find("Content-Length");
  const std::int64_t size = status == 101 || entry.response_head.empty()
                                ? 0
                                : (length.empty() ? -1 : std::strtoll(length.c_str(), nullptr, 10));
  const std::string type = head.find("Content-Type");
  json.key("content").raw("{").number("size", std::max<std::int64_t>(size, 0));
  json.text("mimeType", type.empty() ? "x-unknown" : type).raw("}");
  json.text("redirectURL", shown("Location", head.find("Location"), secrets));
  json.number("headersSize", size_of(entry.response_head));
  json.number("bodySize", entry.response_head.empty() ? -1 : size);
  if (!entry.error.empty()) json.text("_error", entry.error);
  json.raw("}");
}

/// connect covers TCP, proxy and TLS; receive is the life of the connection, as browsers count it.
void timings(Json& json, const HarEntry& entry) {
  const double resolve = entry.resolve.value_or(0);
  const double connected = entry.requested.value_or(entry.ended);
  const double connect = std::max(0.0, connected - resolve);
  double send = 0;
  double receive = 0;
  if (entry.requested && entry.responded) {
    send = std::max(0.0, *entry.responded - entry.wait - *entry.requested);
    receive = std::max(0.0, entry.ended - *entry.responded);
  }
  // A request without an answer was waited for until the end.
  const bool unanswered = entry.requested && !entry.responded;
  const double wait = unanswered ? std::max(0.0, entry.ended - *entry.requested) : entry.wait;
  json.milliseconds("time", resolve + connect + send + wait + receive);
  json.key("timings").raw("{").number("blocked", -1).milliseconds("dns", entry.resolve);
  json.milliseconds("connect", connect);
  json.milliseconds("ssl", entry.tls ? std::optional<double>(entry.tls->seconds) : std::nullopt);
  json.milliseconds("send", send).milliseconds("wait", wait).milliseconds("receive", receive);
  if (entry.proxy) json.milliseconds("_proxy", *entry.proxy);
  json.raw("}");
}

/// "2026-07-14T08:11:12Z" → seconds since the epoch.
std::optional<std::int64_t> epoch_seconds(const std::string& rfc3339) {
  std::tm parts{};
  if (::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return ::timegm(&parts);
}

/// The names are those of the browsers' debugging protocol (Network.SecurityDetails).
void security(Json& json, const TlsEstablished& tls) {
  std::string protocol = tls.version;
  if (protocol.substr(0, 4) == "TLSv") protocol.replace(0, 4, "TLS ");
  json.key("_securityDetails").raw("{").text("protocol", protocol).text("cipher", tls.cipher);
  json.text("subjectName", tls.subject).text("issuer", tls.issuer);
  if (const auto from = epoch_seconds(tls.not_before)) json.number("validFrom", *from);
  if (const auto to = epoch_seconds(tls.not_after)) json.number("validTo", *to);
  if (!tls.alpn.empty()) json.text("alpn", tls.alpn);
  json.flag("verified", tls.verified);
  if (!tls.verify_note.empty()) json.text("verifyNote", tls.verify_note);
  json.raw("}");
}

void closing(Json& json, const HarEntry::Close& close) {
  json.key("_webSocketClose").raw("{");
  if (close.first) {
    json.text("type", *close.first == Direction::kSent ? "send" : "receive");
  }
  if (close.code) json.number("code", *close.code);
  json.text("reason", close.reason).raw("}");
}

/// "127.0.0.1:8765" → "127.0.0.1", "[::1]:8765" → "::1"; nothing for what is no TCP address.
std::string ip_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  const bool numeric = !address.empty() && (address.front() == '[' || is_digit(address.front()));
  if (!numeric || colon == std::string_view::npos) return {};
  address = address.substr(0, colon);
  if (address.front() == '[') address = address.substr(1, address.size() - 2);
  return std::string(address);
}

}  // namespace

std::string HarEntry::before(bool secrets) const {
  Json json;
  std::string time;
  UtcFormatter().append(time, started);
  json.raw("{").text("_resourceType", "websocket").text("startedDateTime", time);
  timings(json, *this);
  request(json, *this, secrets);
  response(json, *this, secrets);
  json.key("cache").raw("{}");
  const std::string ip = ip_of(server_address);
  if (!ip.empty()) json.text("serverIPAddress", ip);
  const std::size_t port = local_address.rfind(':');
  if (!ip_of(local_address).empty()) json.text("connection", local_address.substr(port + 1));
  if (tls) security(json, *tls);
  if (close) closing(json, *close);
  json.key("_webSocketMessages").raw("[");
  return json.take();
}

void append_har_message(std::string& out, const Message& message,
                        std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  const bool text = message.type == MessageType::kText;
  fmt::format_to(std::back_inserter(out), R"({{"type":"{}","time":{}.{:06},"opcode":{},"data":")",
                 message.direction == Direction::kSent ? "send" : "receive",
                 since.count() / 1000000, since.count() % 1000000, text ? 1 : 2);
  if (text) {
    append_json_string(out, message.data);
  } else {
    append_base64(out, message.data);
  }
  out += "\"}";
}

}  // namespace wscope::output
